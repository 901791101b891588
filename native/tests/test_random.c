/* Philox against the known answers of Random123 (kat_vectors), and every distribution against its definition. */
#include "check.h"

static void philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]) {
  uint32_t k0 = key[0], k1 = key[1];
  memcpy(out, counter, 4 * sizeof(uint32_t));
  for (int round = 0; round < 10; round++) {
    const uint64_t p = (uint64_t)0xd2511f53u * out[0], q = (uint64_t)0xcd9e8d57u * out[2];
    const uint32_t next[4] = {(uint32_t)(q >> 32) ^ out[1] ^ k0, (uint32_t)q, (uint32_t)(p >> 32) ^ out[3] ^ k1,
                              (uint32_t)p};
    memcpy(out, next, sizeof next);
    k0 += 0x9e3779b9u;
    k1 += 0xbb67ae85u;
  }
}

static void check_known_answers(void) {
  static const uint32_t answers[3][10] = {
      {0, 0, 0, 0, 0, 0, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8},
      {0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0x408f276d, 0x41c83b0e, 0xa20bc7c6,
       0x6d5451fd},
      {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0, 0xd16cfe09, 0x94fdcceb, 0x5001e420,
       0x24126ea1},
  };
  for (int i = 0; i < 3; i++) {
    uint32_t out[4];
    philox(answers[i], answers[i] + 4, out);
    EXPECT(memcmp(out, answers[i] + 6, sizeof out) == 0, "known answer %d", i);
  }
}

static uint32_t word_of(int64_t i, const int64_t *key) {
  const uint64_t c = (uint64_t)(i / 4), seed = (uint64_t)key[0], sequence = (uint64_t)key[1];
  const uint32_t counter[4] = {(uint32_t)c, (uint32_t)(c >> 32), (uint32_t)sequence, (uint32_t)(sequence >> 32)};
  const uint32_t k[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
  uint32_t out[4];
  philox(counter, k, out);
  return out[i % 4];
}

static float uniform_of(int64_t i, const int64_t *key) { return (float)(word_of(i, key) >> 8) * 0x1p-24f; }

static double normal_of(int64_t i, const int64_t *key) {
  const int64_t even = i / 2 * 2;
  const double u1 = ((word_of(even, key) >> 8) + 1) * 0x1p-24, u2 = (word_of(even + 1, key) >> 8) * 0x1p-24;
  const double r = sqrt(-2 * log(u1)), angle = 6.283185307179586 * u2;
  return i % 2 == 0 ? r * cos(angle) : r * sin(angle);
}

static void check_streams(int64_t n, const int64_t *key) {
  float *u = NEW(float, n), *z = NEW(float, n), *b = NEW(float, n), *x = random_f32(n, -1, 1), *d = NEW(float, n);
  EXPECT_OK(balboa_uniform_f32(n, key, -0.3f, 1.1f, u));
  EXPECT_OK(balboa_normal_f32(n, key, 0.5f, 2.0f, z));
  EXPECT_OK(balboa_bernoulli_f32(n, key, 0.3f, b));
  EXPECT_OK(balboa_dropout_f32(n, key, 0.3f, x, d));
  int64_t wrong[4] = {0};
  for (int64_t i = 0; i < n; i++) {
    const float v = uniform_of(i, key);
    const float scaled = v * (1.1f - -0.3f);
    wrong[0] += u[i] != scaled + -0.3f;
    wrong[1] += !near_rel((double)z[i], 0.5 + 2 * normal_of(i, key), 1e-6, 1);
    wrong[2] += b[i] != (v < 0.3f ? 1.0f : 0.0f);
    wrong[3] += d[i] != (v >= 0.3f ? x[i] * (1.0f / (1.0f - 0.3f)) : 0.0f);
  }
  EXPECT(wrong[0] + wrong[1] + wrong[2] + wrong[3] == 0, "n %d: %d uniform, %d normal, %d bernoulli, %d dropout wrong",
         (int)n, (int)wrong[0], (int)wrong[1], (int)wrong[2], (int)wrong[3]);
  EXPECT_OK(balboa_dropout_f32(n, key, 0.3f, x, x)); /* in place */
  EXPECT(memcmp(x, d, (size_t)n * sizeof(float)) == 0, "dropout in place differs");
  release(u);
  release(z);
  release(b);
  release(x);
  release(d);
}

static void check_moments(void) {
  const int64_t n = 1 << 20, key[2] = {42, 0};
  float *z = NEW(float, n);
  EXPECT_OK(balboa_normal_f32(n, key, 0, 1, z));
  double sum[4] = {0};
  for (int64_t i = 0; i < n; i++) {
    const double v = (double)z[i];
    sum[0] += v;
    sum[1] += v * v;
    sum[2] += v * v * v;
    sum[3] += v * v * v * v;
  }
  EXPECT(fabs(sum[0] / (double)n) < 0.005, "mean %g", sum[0] / (double)n);
  EXPECT(fabs(sum[1] / (double)n - 1) < 0.01, "variance %g", sum[1] / (double)n);
  EXPECT(fabs(sum[2] / (double)n) < 0.02, "third moment %g", sum[2] / (double)n);
  EXPECT(fabs(sum[3] / (double)n - 3) < 0.05, "fourth moment %g", sum[3] / (double)n);
  release(z);
}

static void check_edges(void) {
  const int64_t key[2] = {7, 9};
  float x[5] = {1, INFINITY, NAN, 4, 5}, y[5];
  EXPECT_OK(balboa_dropout_f32(5, key, 1.0f, x, y));
  for (int i = 0; i < 5; i++) {
    EXPECT(y[i] == 0.0f, "dropout of everything leaves %g", (double)y[i]);
  }
  EXPECT_OK(balboa_dropout_f32(5, key, 0.0f, x, y));
  EXPECT(memcmp(x, y, sizeof x) == 0, "dropout of nothing");
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_dropout_f32(5, key, 1.5f, x, y));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_dropout_f32(5, key, NAN, x, y));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_bernoulli_f32(5, key, -0.1f, y));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_uniform_f32(-5, key, 0, 1, y));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_uniform_f32(5, NULL, 0, 1, y));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_normal_f32(5, key, 0, 1, NULL));
  EXPECT_OK(balboa_uniform_f32(0, key, 0, 1, NULL));
}

int main(void) {
  static const int64_t lengths[] = {0, 1, 3, 4, 5, 63, 64, 65, 1003, 50001};
  static const int64_t keys[3][2] = {{0, 0}, {-1, -1}, {0x123456789abcdef, INT64_MIN + 5}};
  check_known_answers();
  for (int k = 0; k < 3; k++) {
    for (size_t l = 0; l < sizeof lengths / sizeof lengths[0]; l++) {
      check_streams(lengths[l], keys[k]);
    }
  }
  check_moments();
  check_edges();
  return check_done("random");
}
