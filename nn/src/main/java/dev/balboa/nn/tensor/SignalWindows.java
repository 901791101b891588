package dev.balboa.nn.tensor;

import java.util.Arrays;

/**
 * Window functions of signal processing, as F32 vectors. Periodic ones leave out the last point of
 * one longer by one, as a Fourier transform wants them; the others are symmetric.
 */
public final class SignalWindows {
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
    for (int k = 0; k < size; k++) {
      double sum = 0;
      for (int j = 0; j < a.length; j++) {
        sum += (j % 2 == 0 ? a[j] : -a[j]) * Math.cos(2 * Math.PI * j * k / n);
      }
      window[k] = (float) sum;
    }
    return Tensor.of(window);
  }
}
