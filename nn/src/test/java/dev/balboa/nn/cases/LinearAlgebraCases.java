package dev.balboa.nn.cases;

import static dev.balboa.nn.op.TensorSpec.f32;

import dev.balboa.nn.op.Activation;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Linear;
import dev.balboa.nn.op.Matmul;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import java.util.ArrayList;
import java.util.List;

/** Matrix products. */
final class LinearAlgebraCases {
  private LinearAlgebraCases() {}

  static List<OpCase> all() {
    return List.of(matmul(), linear());
  }

  // ---- Matmul ----

  private static OpCase matmul() {
    Matmul op = new Matmul(false, false);
    TensorSpec f64 = new TensorSpec(Shape.of(3, 4), DType.F64);
    return OpCase.of("matmul", Matmul.class, LinearAlgebraCases::random)
        .alsoLarge(d -> product(d, Shape.scalar(), Shape.scalar(), 131, 257, 127))
        .also(d -> product(d, Shape.scalar(), Shape.scalar(), 1, 1, 9001))
        .also(d -> product(d, Shape.scalar(), Shape.scalar(), 701, 1, 1))
        .also(d -> product(d, Shape.scalar(), Shape.scalar(), 3, 5, 0))
        .also(d -> product(d, Shape.of(2), Shape.of(1), 0, 5, 3))
        .also(d -> product(d, Shape.of(0), Shape.of(1), 4, 5, 3))
        .also(d -> product(d, Shape.of(3, 1), Shape.of(1, 4), 5, 6, 7))
        .also(d -> product(d, Shape.of(7, 3), Shape.scalar(), 5, 6, 7))
        .also(LinearAlgebraCases::square)
        .sums(LinearAlgebraCases::terms)
        .nativelyIn(DType.F64)
        .refuses(op, List.of(f32(2, 3)), "2 inputs", "got 1")
        .refuses(op, List.of(f32(3), f32(3, 4)), "rank 2", "[3]")
        .refuses(op, List.of(f32(2, 3), f32(3)), "rank 2", "[3]")
        .refuses(op, List.of(f32(2, 3), f32(4, 5)), "[2, 3] with 3", "[4, 5] with 4")
        .refuses(
            new Matmul(true, true),
            List.of(f32(2, 3), f32(4, 5)),
            "[2, 3] transposed with 2",
            "[4, 5] transposed with 5")
        .refuses(op, List.of(f32(2, 2, 3), f32(3, 3, 4)), "[2]", "[3]", "broadcast")
        .refuses(op, List.of(f32(2, 3), f64), "F32[2, 3]", "F64[3, 4]")
        .refuses(
            op,
            List.of(
                new TensorSpec(Shape.of(2, 3), DType.I32),
                new TensorSpec(Shape.of(3, 4), DType.I32)),
            "floating",
            "I32[2, 3]");
  }

  private static Sample random(Draw d) {
    long m = size(d);
    long n = size(d);
    long k = size(d);
    if (d.purpose() == Draw.Purpose.BLOCKED) {
      return product(d, Shape.of(2, d.pick(8, 16, 17)), Shape.of(2, 1), m, n, k);
    }
    Shape batch = d.smooth() ? Shape.of(2, 1).slice(0, d.between(0, 2)) : batch(d);
    return product(d, d.broadcastingTo(batch), d.broadcastingTo(batch), m, n, k);
  }

  private static long size(Draw d) {
    return d.smooth() ? d.between(1, 3) : Math.min(d.dim(), 33);
  }

  private static Shape batch(Draw d) {
    long[] dims = new long[d.between(0, 3)];
    for (int i = 0; i < dims.length; i++) {
      dims[i] = d.between(1, 4);
    }
    return Shape.of(dims);
  }

  private static Sample product(Draw d, Shape batchA, Shape batchB, long m, long n, long k) {
    boolean ta = d.flip();
    boolean tb = d.flip();
    Shape a = ta ? batchA.append(k, m) : batchA.append(m, k);
    Shape b = tb ? batchB.append(n, k) : batchB.append(k, n);
    return Sample.of(new Matmul(ta, tb), d.input(a, Domain.NORMAL), d.input(b, Domain.NORMAL));
  }

  /** A matrix with itself, transposed or not. */
  private static Sample square(Draw d) {
    Input both = d.input(Shape.of(2, 13, 13), Domain.NORMAL);
    return Sample.of(new Matmul(d.flip(), d.flip()), both, Input.same(0, both));
  }

  private static long terms(Sample s) {
    Matmul op = (Matmul) s.op();
    Shape a = s.specs().get(0).shape();
    Shape out = op.infer(s.specs()).get(0).shape();
    long k = a.dim(op.transA() ? -2 : -1);
    long batch = out.slice(0, out.rank() - 2).size();
    return Math.max(k, Math.max(out.dim(-1), out.dim(-2))) * batch;
  }

  // ---- Linear ----

  private static OpCase linear() {
    Linear op = new Linear(Activation.IDENTITY);
    return OpCase.of(
            "linear",
            Linear.class,
            d -> {
              Shape x = d.shape(1, 4);
              return linear(d, x.with(-1, size(d)), size(d));
            })
        .alsoLarge(d -> linear(d, Shape.of(128, 311), 127))
        .alsoLarge(d -> linear(d, Shape.of(1, 3136), 128))
        .also(d -> linear(d, Shape.of(5, 0), 3))
        .also(d -> linear(d, Shape.of(0, 4), 3))
        .also(d -> linear(d, Shape.of(4, 3), 0))
        .also(d -> linear(d, Shape.of(7), 5))
        .also(d -> withResidual(d, Shape.of(5, 0), 3))
        .also(d -> withResidual(d, Shape.of(2, 3, 4), 5))
        .refuses(
            new Linear(Activation.IDENTITY, true),
            List.of(f32(2, 3), f32(4, 3), f32(2, 3)),
            "residual F32[2, 4]",
            "F32[2, 3]")
        .sums(s -> {
          Shape x = s.specs().get(0).shape();
          long features = Math.max(1, x.dim(-1));
          return Math.max(Math.max(features, x.size() / features), s.specs().get(1).shape().dim(0));
        })
        .nativelyIn(DType.F64)
        .refuses(op, List.of(f32(2, 3)), "2 to 3 inputs", "got 1")
        .refuses(op, List.of(f32(), f32(4, 3)), "rank 1", "F32[]")
        .refuses(op, List.of(f32(2, 3), f32(3)), "rank 2", "F32[3]")
        .refuses(op, List.of(f32(2, 3), f32(4, 5)), "5 features", "[2, 3]")
        .refuses(op, List.of(f32(2, 3), f32(4, 3), f32(3)), "bias", "[4]", "F32[3]")
        .refuses(
            op,
            List.of(f32(2, 3), new TensorSpec(Shape.of(4, 3), DType.F64)),
            "F32[2, 3]",
            "F64[4, 3]");
  }

  private static Sample linear(Draw d, Shape x, long outputs) {
    return d.chance(0.4) ? withResidual(d, x, outputs) : withoutResidual(d, x, outputs);
  }

  private static Sample withResidual(Draw d, Shape x, long outputs) {
    Sample s = withoutResidual(d, x, outputs);
    Activation act = ((Linear) s.op()).activation();
    List<Input> in = new ArrayList<>(s.inputs());
    in.add(
        d.input(x.with(-1, outputs), ConvolutionCases.hasKinks(act) ? Domain.GRID : Domain.NORMAL));
    return Sample.of(new Linear(act, true), in);
  }

  private static Sample withoutResidual(Draw d, Shape x, long outputs) {
    Activation act = ConvolutionCases.activation(d);
    if (d.real() == DType.F64 && d.purpose() == Draw.Purpose.EQUIVALENCE) {
      act = Activation.IDENTITY;
    }
    boolean exact = ConvolutionCases.hasKinks(act);
    Domain domain = exact ? Domain.GRID : Domain.NORMAL;
    Input in = d.input(x, domain);
    Input w = d.input(Shape.of(outputs, x.dim(-1)), domain);
    if (!exact && d.flip()) {
      return Sample.of(new Linear(act), in, w);
    }
    Domain shift = exact ? ConvolutionCases.BETWEEN_GRID : domain;
    return Sample.of(new Linear(act), in, w, d.input(Shape.of(outputs), shift));
  }
}
