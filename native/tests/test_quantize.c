/* Quantisation against its definition, element by element. */
#include "check.h"

#include <math.h>

static void check_channels(int64_t outer, int64_t channels, int64_t inner) {
  const int64_t n = outer * channels * inner;
  float *x = random_f32(n, -40, 40), *s = random_f32(channels, 0.1f, 0.3f), *back = NEW(float, n);
  int8_t *z = NEW(int8_t, channels), *y = NEW(int8_t, n);
  for (int64_t c = 0; c < channels; c++) {
    z[c] = (int8_t)(next_u32() % 21 - 10);
  }
  EXPECT_OK(balboa_quantize(BALBOA_F32, BALBOA_I8, outer, channels, inner, x, s, z, y));
  EXPECT_OK(balboa_dequantize(BALBOA_F32, BALBOA_I8, outer, channels, inner, y, s, z, back));
  int64_t wrong = 0, wrong_back = 0;
  for (int64_t i = 0; i < n; i++) {
    const int64_t c = i / inner % channels;
    const double q = rint((double)(x[i] / s[c])) + z[c];
    wrong += y[i] != (int8_t)(q > 127 ? 127 : q < -128 ? -128 : q);
    wrong_back += back[i] != (float)((double)(y[i] - z[c]) * (double)s[c]);
  }
  EXPECT(wrong == 0 && wrong_back == 0, "[%d, %d, %d]: %d and %d wrong", (int)outer, (int)channels, (int)inner,
         (int)wrong, (int)wrong_back);
  release(x);
  release(s);
  release(back);
  release(z);
  release(y);
}

int main(void) {
  check_channels(1, 1, 100003);
  check_channels(3, 7, 5);
  check_channels(2, 64, 1999);
  check_channels(2001, 65, 1);
  check_channels(0, 3, 2);
  const float x[6] = {0.5f, 1.5f, -0.5f, 1e30f, -1e30f, NAN}, one = 1;
  const uint8_t zero = 10;
  uint8_t y[6];
  EXPECT_OK(balboa_quantize(BALBOA_F32, BALBOA_U8, 1, 1, 6, x, &one, &zero, y));
  EXPECT(y[0] == 10 && y[1] == 12 && y[2] == 10 && y[3] == 255 && y[4] == 0 && y[5] == 0, "ties, saturation, NaN");
  const double low = -1, high = 4;
  double scale;
  uint8_t z;
  EXPECT_OK(balboa_quantize_range(BALBOA_F64, &low, &high, &scale, &z));
  EXPECT(scale == 5.0 / 255 && z == 51, "range: %g, %d", scale, (int)z);
  const float a = 3, b = -3;
  float s;
  EXPECT_OK(balboa_quantize_range(BALBOA_F32, &a, &a, &s, &z));
  EXPECT(s == 3.0f / 255 && z == 0, "positive range");
  EXPECT_OK(balboa_quantize_range(BALBOA_F32, &b, &b, &s, &z));
  EXPECT(s == 3.0f / 255 && z == 255, "negative range");
  const float none = 0;
  EXPECT_OK(balboa_quantize_range(BALBOA_F32, &none, &none, &s, &z));
  EXPECT(s == 1 && z == 0, "no range");
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_quantize(BALBOA_I32, BALBOA_U8, 1, 1, 6, x, &one, &zero, y));
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_quantize(BALBOA_F32, BALBOA_I32, 1, 1, 6, x, &one, &zero, y));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_quantize(BALBOA_F32, BALBOA_U8, -1, 1, 6, x, &one, &zero, y));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_quantize(BALBOA_F32, BALBOA_U8, 1, 1, 6, NULL, &one, &zero, y));
  return check_done("quantize");
}
