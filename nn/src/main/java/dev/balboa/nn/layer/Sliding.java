package dev.balboa.nn.layer;

import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.Window;
import java.util.List;

/**
 * The two-dimensional window of a layer before the input's size is known. Padding {@code same} is
 * TensorFlow's: output size ceil(in / stride), an odd pixel of padding goes after the input.
 *
 * <p>Thread rule: configured by one thread; {@link #window} may then be called by several.
 */
final class Sliding {
  private record Sized(long height, long width, Window window) {}

  private final List<Integer> kernel;
  private List<Integer> stride;
  private List<Integer> dilation = List.of(1, 1);
  private List<Integer> before = List.of(0, 0);
  private List<Integer> after = List.of(0, 0);
  private boolean same;
  private volatile Sized latest;

  Sliding(int kernelHeight, int kernelWidth, int strideHeight, int strideWidth) {
    kernel = List.of(kernelHeight, kernelWidth);
    stride = List.of(strideHeight, strideWidth);
    check();
  }

  void stride(int height, int width) {
    stride = List.of(height, width);
    check();
  }

  void dilation(int height, int width) {
    dilation = List.of(height, width);
    check();
  }

  void padding(int top, int bottom, int left, int right) {
    same = false;
    before = List.of(top, left);
    after = List.of(bottom, right);
    check();
  }

  void same() {
    padding(0, 0, 0, 0);
    same = true;
  }

  private void check() {
    new Window(kernel, stride, dilation, before, after);
  }

  List<Integer> kernel() {
    return kernel;
  }

  /** The window for an input [N, C, H, W]. */
  Window window(Shape input) {
    if (input.rank() != 4) {
      throw new IllegalArgumentException("expected an input [N, C, H, W], got " + input);
    }
    Sized sized = latest;
    if (sized == null || sized.height != input.dim(2) || sized.width != input.dim(3)) {
      sized = new Sized(input.dim(2), input.dim(3), sized(input.dim(2), input.dim(3)));
      latest = sized;
    }
    return sized.window;
  }

  private Window sized(long height, long width) {
    if (!same) {
      return new Window(kernel, stride, dilation, before, after);
    }
    int vertical = total(0, height);
    int horizontal = total(1, width);
    return new Window(
        kernel,
        stride,
        dilation,
        List.of(vertical / 2, horizontal / 2),
        List.of(vertical - vertical / 2, horizontal - horizontal / 2));
  }

  private int total(int i, long in) {
    long out = Math.ceilDiv(in, (long) stride.get(i));
    long extent = (long) dilation.get(i) * (kernel.get(i) - 1) + 1;
    return Math.toIntExact(Math.max((out - 1) * stride.get(i) + extent - in, 0));
  }
}
