package dev.balboa.nn.layer;

import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.Window;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * The window of a layer before the input's size is known, over 1 to 3 spatial dimensions. Padding
 * {@code same} is TensorFlow's: output size ceil(in / stride), an odd element of padding goes after
 * the input.
 *
 * <p>Thread rule: configured by one thread; {@link #window} may then be called by several.
 */
final class Sliding {
  private record Sized(Shape spatial, Window window) {}

  private final int rank;
  private final List<Integer> kernel;
  private List<Integer> stride;
  private List<Integer> dilation;
  private List<Integer> before;
  private List<Integer> after;
  private boolean same;
  private boolean ceil;
  private volatile Sized latest;

  /** A dense window without padding that moves by {@code stride}. */
  Sliding(int rank, int[] kernel, int... stride) {
    this.rank = rank;
    this.kernel = perDimension("kernel", kernel);
    this.stride = perDimension("stride", stride);
    dilation = Collections.nCopies(rank, 1);
    before = Collections.nCopies(rank, 0);
    after = before;
    check();
  }

  /** One number for all dimensions, or one for each. */
  List<Integer> perDimension(String what, int... sizes) {
    if (sizes.length == 1) {
      return Collections.nCopies(rank, sizes[0]);
    }
    if (sizes.length != rank) {
      throw new IllegalArgumentException(
          what + ": expected 1 or " + rank + " numbers, got " + Arrays.toString(sizes));
    }
    return Arrays.stream(sizes).boxed().toList();
  }

  void stride(int... sizes) {
    stride = perDimension("stride", sizes);
    check();
  }

  void dilation(int... sizes) {
    dilation = perDimension("dilation", sizes);
    check();
  }

  void ceil() {
    ceil = true;
  }

  /** One number for all sides, one for each dimension, or those before and after each in turn. */
  void padding(int... sizes) {
    same = false;
    if (sizes.length == 2 * rank) {
      List<Integer> starts = new ArrayList<>();
      List<Integer> ends = new ArrayList<>();
      for (int i = 0; i < rank; i++) {
        starts.add(sizes[2 * i]);
        ends.add(sizes[2 * i + 1]);
      }
      before = starts;
      after = ends;
    } else {
      before = perDimension("padding", sizes);
      after = before;
    }
    check();
  }

  void same() {
    padding(0);
    same = true;
  }

  private void check() {
    new Window(kernel, stride, dilation, before, after, ceil);
  }

  int rank() {
    return rank;
  }

  /** A shape that starts with {@code lead} and ends with the kernel. */
  Shape withKernel(long... lead) {
    return Shape.of(lead).append(kernel.stream().mapToLong(Integer::longValue).toArray());
  }

  void checkInput(Shape input) {
    if (input.rank() != rank + 2) {
      String spatial = List.of("L", "H, W", "D, H, W").get(rank - 1);
      throw new IllegalArgumentException("expected an input [N, C, " + spatial + "], got " + input);
    }
  }

  /** The window for an input [N, C, spatial...]. */
  Window window(Shape input) {
    checkInput(input);
    Sized sized = latest;
    if (sized == null || !fits(sized, input)) {
      List<Integer> pads = new ArrayList<>();
      for (int i = 0; i < rank; i++) {
        pads.add(total(i, input.dim(i + 2)));
      }
      sized = new Sized(input.slice(2, input.rank()), window(pads));
      latest = sized;
    }
    return sized.window;
  }

  private boolean fits(Sized sized, Shape input) {
    for (int i = 0; i < rank; i++) {
      if (sized.spatial.dim(i) != input.dim(i + 2)) {
        return false;
      }
    }
    return true;
  }

  private int total(int i, long in) {
    long out = Math.ceilDiv(in, (long) stride.get(i));
    return Math.toIntExact(Math.max((out - 1) * stride.get(i) + extent(i) - in, 0));
  }

  private long extent(int i) {
    return (long) dilation.get(i) * (kernel.get(i) - 1) + 1;
  }

  private Window window(List<Integer> pads) {
    if (!same) {
      return new Window(kernel, stride, dilation, before, after, ceil);
    }
    List<Integer> starts = pads.stream().map(p -> p / 2).toList();
    List<Integer> ends = pads.stream().map(p -> p - p / 2).toList();
    return new Window(kernel, stride, dilation, starts, ends, ceil);
  }

  /** The window of a transposed convolution; {@code same} makes outputs stride times as large. */
  Window transposed() {
    List<Integer> pads = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      pads.add(Math.toIntExact(Math.max(extent(i) - stride.get(i), 0)));
    }
    return window(pads);
  }

  /** What {@code same} adds behind the output of a transposed convolution, else {@code told}. */
  List<Integer> outputPadding(List<Integer> told) {
    if (!same) {
      return told;
    }
    List<Integer> extra = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      extra.add(Math.toIntExact(Math.max(stride.get(i) - extent(i), 0)));
    }
    return extra;
  }
}
