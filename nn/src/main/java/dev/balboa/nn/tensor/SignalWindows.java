package dev.balboa.nn.tensor;

import java.util.Arrays;

/**
 * Window functions of signal processing, as F32 vectors. Periodic ones leave out the last point of
 * one longer by one, as a Fourier transform wants them; the others are symmetric.
 */
public final class SignalWindows {
  /** Elements between cosines that are computed one by one. */
  private static final int STEP = 1024;

  private SignalWindows() {}

  /** The raised cosine 1/2 - 1/2 cos(2 pi k / n). */
  public static Tensor hann(int size, boolean periodic) {
    return cosines("hann", size, periodic, 0.5, 0.5);
  }

  /** 0.54 - 0.46 cos(2 pi k / n). */
  public static Tensor hamming(int size, boolean periodic) {
    return cosines("hamming", size, periodic, 0.54, 0.46);
  }

  /** 0.42 - 0.5 cos(2 pi k / n) + 0.08 cos(4 pi k / n). */
  public static Tensor blackman(int size, boolean periodic) {
    return cosines("blackman", size, periodic, 0.42, 0.5, 0.08);
  }

  /** The sum of (-1)^j a_j cos(2 pi j k / n). */
  public static Tensor generalCosine(int size, boolean periodic, double... coefficients) {
    Facades.that(coefficients.length > 0, "general_cosine", "at least one coefficient", "none");
    return cosines("general_cosine", size, periodic, coefficients);
  }

  private static Tensor cosines(String name, int size, boolean periodic, double... a) {
    Facades.that(size >= 0, name, "a size of at least 0", size);
    float[] window = new float[size];
    int n = periodic ? size : size - 1;
    if (n == 0) {
      Arrays.fill(window, 1);
      return Tensor.of(window);
    }
    fillHalf(window, n, a);
    for (int k = n / 2 + 1; k < size; k++) {
      window[k] = window[n - k];
    }
    return Tensor.of(window);
  }

  /**
   * The elements up to the middle of a window of period n. A cosine is that of a sum of angles, a
   * multiple of STEP and a rest, both of which come from tables; those of its multiples follow by
   * Chebyshev's recurrence.
   */
  private static void fillHalf(float[] window, int n, double... a) {
    int half = Math.min(window.length, n / 2 + 1);
    double[] cos = new double[Math.min(STEP, half)];
    double[] sin = new double[cos.length];
    for (int k = 0; k < cos.length; k++) {
      cos[k] = Math.cos(2 * Math.PI * k / n);
      sin[k] = Math.sin(2 * Math.PI * k / n);
    }
    for (int from = 0; from < half; from += STEP) {
      double c = Math.cos(2 * Math.PI * from / n);
      double s = Math.sin(2 * Math.PI * from / n);
      int count = Math.min(STEP, half - from);
      if (a.length == 2) {
        for (int k = 0; k < count; k++) {
          window[from + k] = (float) (a[0] - a[1] * (c * cos[k] - s * sin[k]));
        }
        continue;
      }
      for (int k = 0; k < count; k++) {
        double x = -(c * cos[k] - s * sin[k]);
        double last = 1;
        double power = x;
        double sum = a[0];
        for (int j = 1; j < a.length; j++) {
          sum += a[j] * power;
          double next = 2 * x * power - last;
          last = power;
          power = next;
        }
        window[from + k] = (float) sum;
      }
    }
  }
}
