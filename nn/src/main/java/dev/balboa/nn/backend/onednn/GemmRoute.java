package dev.balboa.nn.backend.onednn;

/** Who computes a matrix product in F32. */
enum GemmRoute {
  /** OpenBLAS, cut into parts for the threads of OpenMP. */
  BLAS("OpenBLAS"),
  /** oneDNN's matmul on matrices as they lie. */
  ONEDNN("oneDNN"),
  /** Balboa's kernels, which copy nothing. */
  DIRECT("Balboa"),
  /** oneDNN's inner product with weights that were packed before; for weights that stay. */
  PACKED("packed oneDNN");

  private final String text;

  GemmRoute(String text) {
    this.text = text;
  }

  @Override
  public String toString() {
    return text;
  }
}
