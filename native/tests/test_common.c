/* Version and thread functions. */
#include "check.h"

int main(void) {
  EXPECT(balboa_kernels_abi_version() == BALBOA_KERNELS_ABI, "abi %d", (int)balboa_kernels_abi_version());
  EXPECT(strcmp(balboa_kernels_version_string(), "0.1.0") == 0, "version %s", balboa_kernels_version_string());
  const char *isa = balboa_kernels_isa();
  EXPECT(strcmp(isa, "avx512") == 0 || strcmp(isa, "avx2") == 0 || strcmp(isa, "baseline") == 0, "isa %s", isa);
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_set_threads(0));
  EXPECT_OK(balboa_set_threads(1));
  EXPECT(balboa_max_threads() == 1, "threads %d", (int)balboa_max_threads());
  printf("%s\n", isa);
  return check_done("common");
}
