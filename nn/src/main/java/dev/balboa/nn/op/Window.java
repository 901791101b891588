package dev.balboa.nn.op;

import java.util.Collections;
import java.util.List;

/**
 * The sliding window of a convolution or pooling over 1 to 3 spatial dimensions: for each dimension
 * kernel size, stride, dilation (1 is dense) and the padding before and after.
 *
 * <p>In {@code ceil} mode, for pooling only, windows may reach beyond the padding behind the input,
 * as long as they start inside of the input or in the padding before it; what is beyond never
 * counts. That is PyTorch's {@code ceil_mode}.
 */
public record Window(
    List<Integer> kernel,
    List<Integer> stride,
    List<Integer> dilation,
    List<Integer> padBefore,
    List<Integer> padAfter,
    boolean ceil) {

  /** Not in ceil mode. */
  public Window(
      List<Integer> kernel,
      List<Integer> stride,
      List<Integer> dilation,
      List<Integer> padBefore,
      List<Integer> padAfter) {
    this(kernel, stride, dilation, padBefore, padAfter, false);
  }

  /** Copies the lists; checks that they have one length of 1 to 3 and sensible values. */
  public Window {
    kernel = List.copyOf(kernel);
    stride = List.copyOf(stride);
    dilation = List.copyOf(dilation);
    padBefore = List.copyOf(padBefore);
    padAfter = List.copyOf(padAfter);
    int n = kernel.size();
    boolean sizes =
        n >= 1
            && n <= 3
            && List.of(stride, dilation, padBefore, padAfter).stream().allMatch(l -> l.size() == n);
    boolean positive =
        List.of(kernel, stride, dilation).stream().flatMap(List::stream).allMatch(v -> v >= 1);
    boolean pads =
        List.of(padBefore, padAfter).stream().flatMap(List::stream).allMatch(v -> v >= 0);
    if (!sizes || !positive || !pads) {
      throw new IllegalArgumentException(
          "window: expected 1 to 3 dimensions with kernel, stride, dilation >= 1 and padding >= 0,"
              + " got kernel "
              + kernel
              + ", stride "
              + stride
              + ", dilation "
              + dilation
              + ", padding "
              + padBefore
              + " and "
              + padAfter);
    }
  }

  /** A square two-dimensional window without dilation. */
  public static Window square(int kernel, int stride, int padding) {
    return uniform(2, kernel, stride, 1, padding);
  }

  /** The same numbers in every spatial dimension. */
  public static Window uniform(int rank, int kernel, int stride, int dilation, int padding) {
    return new Window(
        Collections.nCopies(rank, kernel),
        Collections.nCopies(rank, stride),
        Collections.nCopies(rank, dilation),
        Collections.nCopies(rank, padding),
        Collections.nCopies(rank, padding));
  }

  /** The same window in ceil mode. */
  public Window inCeilMode() {
    return new Window(kernel, stride, dilation, padBefore, padAfter, true);
  }

  /** Number of spatial dimensions. */
  public int rank() {
    return kernel.size();
  }

  /** Extent of the dilated kernel in spatial dimension {@code i}. */
  public long extent(int i) {
    return (long) dilation.get(i) * (kernel.get(i) - 1) + 1;
  }

  /**
   * Output size in spatial dimension {@code i}: floor((in + pads - extent) / stride) + 1, rounded
   * up in ceil mode unless the last window then starts behind the input.
   *
   * @throws IllegalArgumentException naming {@code op} when the kernel does not fit into the padded
   *     input
   */
  long out(String op, int i, long in) {
    long padded = in + padBefore.get(i) + padAfter.get(i);
    long out = out(i, in);
    if (out < 1) {
      throw Check.fail(
          op,
          "expected room for the kernel extent "
              + extent(i)
              + " in spatial dimension "
              + i
              + ", got an input of padded size "
              + padded);
    }
    return out;
  }

  private long out(int i, long in) {
    long step = stride.get(i);
    long room = in + padBefore.get(i) + padAfter.get(i) - extent(i);
    long out = Math.floorDiv(ceil ? room + step - 1 : room, step) + 1;
    return ceil && (out - 1) * step >= in + padBefore.get(i) ? out - 1 : out;
  }

  /**
   * The padding behind an input of size {@code in} in spatial dimension {@code i} that all windows
   * fit into: {@link #padAfter}, or more in ceil mode.
   */
  public long reachAfter(int i, long in) {
    long needed = (out(i, in) - 1) * stride.get(i) + extent(i) - in - padBefore.get(i);
    return ceil ? Math.max(padAfter.get(i), needed) : padAfter.get(i);
  }

  /**
   * How many elements of window {@code o} lie in the input or in its padding, in spatial dimension
   * {@code i}: fewer than the kernel has only in ceil mode.
   */
  public long counted(int i, long in, long o) {
    long room = in + padAfter.get(i) - (o * stride.get(i) - padBefore.get(i));
    return Math.min(kernel.get(i), Math.ceilDiv(room, (long) dilation.get(i)));
  }

  /** Shape [N, channels, out...] that this window makes of an input [N, C, in...]. */
  Shape outShape(String op, Shape in, long channels) {
    long[] dims = in.dims();
    dims[1] = channels;
    for (int i = 0; i < rank(); i++) {
      dims[i + 2] = out(op, i, in.dim(i + 2));
    }
    return Shape.of(dims);
  }

  /**
   * For pooling: refuses windows that see nothing but padding because the input is empty or falls
   * between the elements of a dilated kernel.
   */
  void checkSeesInput(String op, Shape in) {
    for (int i = 0; i < rank(); i++) {
      long size = in.dim(i + 2);
      long out = out(op, i, size);
      for (long o = 0; o < out; o++) {
        long start = o * stride.get(i) - padBefore.get(i);
        long skipped = Math.max(0, Math.ceilDiv(-start, dilation.get(i)));
        if (skipped >= kernel.get(i) || start + skipped * dilation.get(i) >= size) {
          throw Check.fail(
              op,
              "window "
                  + o
                  + " of spatial dimension "
                  + i
                  + " sees nothing but padding: expected an element in it, got input "
                  + in
                  + " under "
                  + this);
        }
      }
    }
  }

  /**
   * For pooling: refuses padding of a whole kernel or more, where a window would see nothing but
   * padding.
   */
  void checkPoolingPadding(String op) {
    for (int i = 0; i < rank(); i++) {
      if (Math.max(padBefore.get(i), padAfter.get(i)) >= extent(i)) {
        throw Check.fail(
            op,
            "expected less padding than the kernel "
                + kernel
                + ", got padding "
                + padBefore
                + " and "
                + padAfter);
      }
    }
  }
}
