package dev.balboa.nn.tensor;

import dev.balboa.nn.op.CosineWindow;
import java.util.Arrays;

/**
 * Window functions of signal processing, as F32 vectors ({@link CosineWindow}). Periodic ones leave
 * out the last point of one longer by one, as a Fourier transform wants them; the others are
 * symmetric.
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
    int period = periodic ? size : size - 1;
    return period <= 0
        ? Tensors.ones(size)
        : Tensor.apply(new CosineWindow(size, period, Arrays.stream(a).boxed().toList())).get(0);
  }
}
