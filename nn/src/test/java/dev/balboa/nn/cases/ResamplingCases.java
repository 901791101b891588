package dev.balboa.nn.cases;

import static dev.balboa.nn.op.TensorSpec.f32;

import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.Gradients;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Definitions;
import dev.balboa.nn.op.GridPadding;
import dev.balboa.nn.op.GridSample;
import dev.balboa.nn.op.GridSampleBackward;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.ResizeMode;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Value;
import dev.balboa.nn.tensor.Resampling;
import dev.balboa.nn.tensor.SignalWindows;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** Pictures read at given places, and window functions. */
final class ResamplingCases {
  private ResamplingCases() {}

  static List<OpCase> all() {
    List<OpCase> all = new ArrayList<>();
    for (ResizeMode mode : ResizeMode.values()) {
      all.add(gridSample(mode));
    }
    all.add(gridSampleBackward());
    all.add(affineGrid());
    all.add(window("hann", SignalWindows::hann));
    all.add(window("hamming", SignalWindows::hamming));
    all.add(window("blackman", SignalWindows::blackman));
    all.add(generalCosine());
    return all;
  }

  /** A size of a picture, which has elements. */
  private static long size(Draw d) {
    return Math.min(d.positiveDim(), d.smooth() ? 3 : 31);
  }

  /** Through the facade. */
  private static OpCase gridSample(ResizeMode mode) {
    GridSample plain = new GridSample(mode, GridPadding.ZEROS, false);
    String name = "grid_sample " + mode.name().toLowerCase(Locale.ROOT);
    return OpCase.of(name, GridSample.class, d -> Sampled.draw(d, mode).forward(d))
        .alsoLarge(d -> new Sampled(plain, Shape.of(3, 7, 31, 29), Shape.of(41, 37)).forward(d))
        .runs((op, in) -> {
          GridSample g = (GridSample) op;
          return List.of(
              Resampling.gridSample(in.get(0), in.get(1), g.mode(), g.padding(), g.alignCorners()));
        })
        .inSteps((op, in) -> List.of(gridSampleInSteps((GridSample) op, in.get(0), in.get(1))))
        .sums(s -> 32 + s.specs().get(1).shape().size())
        .within(16)
        .nativelyIn(DType.F64)
        .keepsInputsApart()
        .refuses(plain, List.of(f32(1, 2, 3, 3)), "2 inputs", "got 1")
        .refuses(plain, List.of(f32(1, 2, 3), f32(1, 2, 2, 2)), "[N, C, H, W]", "F32[1, 2, 3]")
        .refuses(plain, List.of(f32(1, 2, 3, 0), f32(1, 2, 2, 2)), "elements", "F32[1, 2, 3, 0]")
        .refuses(plain, List.of(f32(1, 2, 3, 4), f32(2, 2, 2, 2)), "grid [1,", "F32[2, 2, 2, 2]")
        .refuses(plain, List.of(f32(1, 2, 3, 4), f32(1, 2, 2, 3)), "2]", "F32[1, 2, 2, 3]")
        .refuses(plain, List.of(f32(1, 2, 3, 4), IndexCases.i32(1, 2, 2, 2)), "type F32", "I32")
        .refuses(plain, List.of(IndexCases.i32(1, 2, 3, 4), f32(1, 2, 2, 2)), "floating", "I32");
  }

  private static OpCase gridSampleBackward() {
    GridSampleBackward plain =
        new GridSampleBackward(new GridSample(ResizeMode.LINEAR, GridPadding.ZEROS, false));
    return OpCase.of(
            "grid_sample_backward",
            GridSampleBackward.class,
            d -> Sampled.draw(d, d.pick(ResizeMode.values())).backward(d))
        .alsoLarge(
            d -> new Sampled(plain.forward(), Shape.of(3, 7, 31, 29), Shape.of(41, 37)).backward(d))
        .inSteps(ResamplingCases::gridSampleBackwardInSteps)
        .sums(s -> 32 + s.specs().get(1).shape().size() * s.specs().get(0).shape().dim(1))
        .within(64)
        .nativelyIn(DType.F64)
        .keepsInputsApart()
        .refuses(plain, List.of(f32(1, 2, 3, 3), f32(1, 4, 4, 2)), "3 inputs", "got 2")
        .refuses(
            plain,
            List.of(f32(1, 2, 3, 3), f32(1, 4, 5, 2), f32(1, 2, 4, 4)),
            "dy F32[1, 2, 4, 5]",
            "F32[1, 2, 4, 4]");
  }

  /** An operation, the shape of its pictures, and how many places it reads them at. */
  private record Sampled(GridSample op, Shape x, Shape places) {
    static Sampled draw(Draw d, ResizeMode mode) {
      Shape x = Shape.of(d.between(1, 2), Math.min(d.dim(), 3), size(d), size(d));
      Shape places = Draw.limited(d.smooth() ? 6 : 150, d.dim(), d.dim());
      return new Sampled(new GridSample(mode, d.pick(GridPadding.values()), d.flip()), x, places);
    }

    Sample forward(Draw d) {
      return Sample.of(op, d.input(x, Domain.NORMAL), grid(d));
    }

    Sample backward(Draw d) {
      Shape y = Shape.of(x.dim(0), x.dim(1), places.dim(0), places.dim(1));
      return Sample.of(
          new GridSampleBackward(op),
          d.input(x, Domain.NORMAL),
          grid(d),
          d.input(y, Domain.NORMAL));
    }

    private Input grid(Draw d) {
      Input grid = ResamplingCases.grid(d, x, places, op.alignCorners());
      return op.mode() == ResizeMode.NEAREST ? grid.withoutGradient() : grid;
    }
  }

  /** Where neighbours are clipped to one element, the slopes of their weights cancel. */
  private static Tensor gridSampleInSteps(GridSample op, Tensor x, Tensor grid) {
    List<Value> at = List.of(x.value(), grid.value());
    return Tensor.of(Definitions.gridSample(op, Execution.current()::apply, at));
  }

  private static List<Tensor> gridSampleBackwardInSteps(Op op, List<Tensor> in) {
    List<Tensor> at = in.subList(0, 2).stream().map(ResamplingCases::recorded).toList();
    Tensor y = gridSampleInSteps(((GridSampleBackward) op).forward(), at.get(0), at.get(1));
    List<Tensor> d = new ArrayList<>(y.grad(in.get(2), true, at.get(0), at.get(1)));
    d.replaceAll(t -> t == null ? Tensors.fill(in.get(1).spec(), 0) : t);
    return d;
  }

  private static Tensor recorded(Tensor t) {
    return Gradients.requiresGrad(t.value()) ? t : t.withGrad();
  }

  /**
   * Places inside of the picture and up to one and a half of its sizes outside, at least a tenth of
   * a pixel away from where the function or its derivative jumps: from the pixels and from half way
   * between them.
   */
  private static Input grid(Draw d, Shape x, Shape out, boolean aligned) {
    Shape shape = Shape.of(x.dim(0), out.dim(0), out.dim(1), 2);
    double[] places = new double[Draw.count(shape)];
    for (int i = 0; i < places.length; i++) {
      int n = (int) x.dim(i % 2 == 0 ? 3 : 2);
      double pixel = d.between(-n, 2 * n - 1) + d.pick(0.0, 0.5) + d.uniform(0.1, 0.4);
      double span = aligned ? Math.max(1, n - 1) : n;
      places[i] = aligned ? 2 * pixel / span - 1 : (2 * pixel + 1) / span - 1;
    }
    return Input.of(new TensorSpec(shape, d.real()), places);
  }

  private static OpCase affineGrid() {
    Function<List<Tensor>, Tensor> plain = in -> Resampling.affineGrid(in.get(0), 2, 3, true);
    return OpCase.ofFunction(
            "affine_grid",
            Resampling.class,
            d -> {
              long h = size(d);
              long w = !d.smooth() && d.chance(0.1) ? 401 : size(d);
              boolean aligned = d.flip();
              long n = d.smooth() ? 2 : d.chance(0.1) ? 307 : d.between(0, 7);
              return Sample.of(
                  "affine_grid(" + h + ", " + w + ", " + aligned + ")",
                  in -> Resampling.affineGrid(in.get(0), h, w, aligned),
                  d.input(Shape.of(n, 2, 3), Domain.NORMAL));
            })
        .sums(_ -> 1000)
        .nativelyIn(DType.F64)
        .refuses(plain, List.of(f32(2, 3)), "[N, 2, 3]", "F32[2, 3]")
        .refuses(plain, List.of(IndexCases.i32(1, 2, 3)), "floating", "I32[1, 2, 3]")
        .refuses(
            in -> Resampling.affineGrid(in.get(0), 0, 3, true),
            List.of(f32(1, 2, 3)),
            "above 0",
            "0 x 3");
  }

  private interface WindowFunction {
    Tensor of(int size, boolean periodic);
  }

  private static OpCase window(String name, WindowFunction f) {
    return OpCase.ofFunction(
            name,
            SignalWindows.class,
            d -> {
              int n = (int) d.dim();
              boolean periodic = d.flip();
              return Sample.of(name + "(" + n + ", " + periodic + ")", in -> f.of(n, periodic));
            })
        .derivative(OpCase.Derivative.NONE)
        .refuses(in -> f.of(-1, true), List.of(), "at least 0", "-1");
  }

  private static OpCase generalCosine() {
    return OpCase.ofFunction(
            "general_cosine",
            SignalWindows.class,
            d -> {
              int n = (int) d.dim();
              boolean periodic = d.flip();
              return Sample.of(
                  "general_cosine(" + n + ", " + periodic + ")",
                  in -> SignalWindows.generalCosine(n, periodic, 0.36, 0.49, 0.14, 0.01));
            })
        .derivative(OpCase.Derivative.NONE)
        .refuses(in -> SignalWindows.generalCosine(3, true), List.of(), "coefficient", "none");
  }
}
