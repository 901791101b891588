package dev.balboa.nn.cases;

import static dev.balboa.nn.op.TensorSpec.f32;

import dev.balboa.nn.op.Cholesky;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Det;
import dev.balboa.nn.op.Eigh;
import dev.balboa.nn.op.LeastSquares;
import dev.balboa.nn.op.LinalgOp;
import dev.balboa.nn.op.LuSolve;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.Qr;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.SingularValues;
import dev.balboa.nn.op.Slogdet;
import dev.balboa.nn.op.Solve;
import dev.balboa.nn.op.Svd;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.TriangularSolve;
import dev.balboa.nn.tensor.Tensor;
import java.util.List;

/** Decompositions of matrices, and what is solved with them. */
final class LinalgCases {
  private LinalgCases() {}

  static List<OpCase> all() {
    return List.of(
        cholesky(),
        qr(),
        svd(),
        singularValues(),
        eigh(),
        solve(),
        luSolve(),
        leastSquares(),
        triangularSolve(),
        det(),
        slogdet());
  }

  // ---- Matrices ----

  /** One element of a matrix. */
  @FunctionalInterface
  interface Element {
    double at(long row, long column);
  }

  /** Matrices with these elements, in memory that does not repeat any. */
  static Input matrices(Draw d, Shape shape, Element element) {
    double[] x = new double[Draw.count(shape)];
    for (int i = 0; i < x.length; i++) {
      long column = i % shape.dim(-1);
      long row = i / shape.dim(-1) % shape.dim(-2);
      x[i] = element.at(row, column);
    }
    TensorSpec spec = new TensorSpec(shape, d.real());
    Placement placement = Placement.draw(d, spec);
    boolean repeats = placement instanceof Placement.Expanded;
    return Input.of(spec, x, repeats ? new Placement.Dense() : placement, true);
  }

  /** Normally distributed, with a growing diagonal that keeps singular values apart. */
  static Input apart(Draw d, Shape shape) {
    double noise = d.smooth() ? 0.3 : 1;
    return matrices(d, shape, (i, j) -> noise * d.normal() + (i == j ? 1.5 + i : 0));
  }

  /** Symmetric, and positive definite. */
  static Input symmetric(Draw d, Shape shape) {
    int n = (int) shape.dim(-1);
    Input lower = matrices(d, shape, (i, j) -> 0.5 * d.normal() + (i == j ? 2.0 * n + i : 0));
    double[] x = lower.elements().clone();
    for (int at = 0; at < x.length; at++) {
      int i = at / n % n;
      int j = at % n;
      x[at] = lower.elements()[at - i * n - j + Math.max(i, j) * n + Math.min(i, j)];
    }
    return lower.with(x);
  }

  static Shape batch(Draw d) {
    if (d.purpose() == Draw.Purpose.BLOCKED) {
      return Shape.of(2, 3);
    }
    return Shape.of(2, d.between(1, 2)).slice(0, d.between(0, 2));
  }

  static long size(Draw d) {
    return d.smooth() ? d.between(1, 4) : d.pick(0, 1, 2, 3, 5, 8, 13, 17);
  }

  static Shape square(Draw d) {
    long n = size(d);
    return batch(d).append(n, n);
  }

  private static Shape rectangle(Draw d) {
    return batch(d).append(size(d), size(d));
  }

  /** A + A^T, so that a derivative by one element is one by its mirror image too. */
  static Tensor mirrored(Tensor a) {
    return a.add(a.transpose(-1, -2));
  }

  static long elements(Sample s) {
    return s.specs().get(0).shape().size();
  }

  private static OpCase shaped(OpCase c, LinalgOp op, boolean square) {
    OpCase all =
        c.sums(LinalgCases::elements)
            .within(16)
            .nativelyIn(DType.F64)
            .refuses(op, List.of(), "inputs", "got 0")
            .refuses(op, List.of(f32(3)), "rank 2 or more", "F32[3]")
            .refuses(
                op, List.of(new TensorSpec(Shape.of(3, 3), DType.I32)), "floating", "I32[3, 3]");
    return square ? all.refuses(op, List.of(f32(2, 3)), "square", "F32[2, 3]") : all;
  }

  // ---- Factors ----

  private static OpCase cholesky() {
    Cholesky op = new Cholesky();
    OpCase c =
        OpCase.of("cholesky", Cholesky.class, d -> Sample.of(op, symmetric(d, square(d))))
            .alsoLarge(d -> Sample.of(op, symmetric(d, Shape.of(150, 150))))
            .runs((o, in) -> Tensor.apply(o, mirrored(in.get(0))));
    return shaped(c, op, true);
  }

  private static OpCase qr() {
    Qr op = new Qr();
    OpCase c =
        OpCase.of("qr", Qr.class, d -> Sample.of(op, apart(d, rectangle(d))))
            .alsoLarge(d -> Sample.of(op, apart(d, Shape.of(120, 90))))
            .also(d -> Sample.of(op, apart(d, Shape.of(2, 7, 3))))
            .also(d -> Sample.of(op, apart(d, Shape.of(2, 3, 7))));
    return shaped(c, op, false);
  }

  private static OpCase svd() {
    Svd op = new Svd();
    OpCase c =
        OpCase.of("svd", Svd.class, d -> Sample.of(op, apart(d, rectangle(d))))
            .alsoLarge(d -> Sample.of(op, apart(d, Shape.of(60, 45))))
            .also(d -> Sample.of(op, apart(d, Shape.of(2, 7, 3))))
            .also(d -> Sample.of(op, apart(d, Shape.of(2, 3, 7))));
    return shaped(c, op, false);
  }

  private static OpCase singularValues() {
    SingularValues op = new SingularValues();
    OpCase c =
        OpCase.of(
                "singular_values", SingularValues.class, d -> Sample.of(op, apart(d, rectangle(d))))
            .alsoLarge(d -> Sample.of(op, apart(d, Shape.of(60, 45))))
            .also(d -> Sample.of(op, apart(d, Shape.of(2, 7, 3))))
            .also(d -> Sample.of(op, apart(d, Shape.of(2, 3, 7))));
    return shaped(c, op, false);
  }

  private static OpCase eigh() {
    Eigh op = new Eigh();
    OpCase c =
        OpCase.of("eigh", Eigh.class, d -> Sample.of(op, symmetric(d, square(d))))
            .alsoLarge(d -> Sample.of(op, symmetric(d, Shape.of(60, 60))))
            .runs((o, in) -> Tensor.apply(o, mirrored(in.get(0))));
    return shaped(c, op, true);
  }

  // ---- Equations ----

  private static OpCase solve() {
    Solve op = new Solve();
    OpCase c =
        OpCase.of(
                "solve",
                Solve.class,
                d -> {
                  Shape a = square(d);
                  return Sample.of(op, apart(d, a), right(d, a, size(d)));
                })
            .alsoLarge(
                d -> Sample.of(op, apart(d, Shape.of(150, 150)), right(d, Shape.of(150, 150), 7)))
            .alsoLarge(d ->
                Sample.of(op, apart(d, Shape.of(3, 70, 70)), right(d, Shape.of(3, 70, 70), 41)));
    return equations(c, op);
  }

  private static OpCase luSolve() {
    LuSolve op = new LuSolve(true);
    Shape large = Shape.of(150, 150);
    return OpCase.of(
            "lu_solve",
            LuSolve.class,
            d -> {
              Shape a = square(d);
              return Sample.of(new LuSolve(d.flip()), apart(d, a), right(d, a, size(d)));
            })
        .alsoLarge(d -> Sample.of(op, apart(d, large), right(d, large, 40)))
        .alsoLarge(d -> Sample.of(op, apart(d, Shape.of(2, 2)), right(d, Shape.of(2, 2), 300)))
        .runs(LinalgCases::withFactors)
        .keepsInputsApart()
        .sums(LinalgCases::elements)
        .within(16)
        .nativelyIn(DType.F64)
        .refuses(op, List.of(f32(3, 3)), "3 inputs", "got 1")
        .refuses(op, List.of(f32(3, 3), f32(2, 3), TensorSpec.WORKSPACE), "right-hand", "F32[2, 3]")
        .refuses(op, List.of(f32(2, 3), f32(2, 3), TensorSpec.WORKSPACE), "square", "F32[2, 3]")
        .refuses(op, List.of(f32(3, 3), f32(3, 3), f32(3)), "workspace", "F32[3]");
  }

  /** From A and B: the workspace is what a determinant leaves of A. */
  private static List<Tensor> withFactors(Op op, List<Tensor> in) {
    Tensor workspace = Tensor.apply(new Det(), in.get(0)).get(1);
    return Tensor.apply(op, in.get(0), in.get(1), workspace);
  }

  private static OpCase leastSquares() {
    LeastSquares op = new LeastSquares();
    Shape tall = Shape.of(120, 90);
    return OpCase.of(
            "least_squares",
            LeastSquares.class,
            d -> {
              Shape a = rectangle(d);
              return Sample.of(op, apart(d, a), right(d, a, size(d)));
            })
        .alsoLarge(d -> Sample.of(op, apart(d, tall), right(d, tall, 7)))
        .also(d -> Sample.of(op, apart(d, Shape.of(2, 7, 3)), right(d, Shape.of(2, 7, 3), 2)))
        .also(d -> Sample.of(op, apart(d, Shape.of(2, 3, 7)), right(d, Shape.of(2, 3, 7), 2)))
        .inSteps(HouseholderSteps::leastSquares)
        .keepsInputsApart()
        .sums(LinalgCases::elements)
        .within(16)
        .nativelyIn(DType.F64)
        .refuses(op, List.of(f32(3, 3)), "2 inputs", "got 1")
        .refuses(op, List.of(f32(3), f32(3)), "rank 2 or more", "F32[3]")
        .refuses(op, List.of(f32(2, 3), f32(3, 1)), "right-hand sides", "F32[3, 1]")
        .refuses(op, List.of(f32(2, 2, 3), f32(2, 3)), "right-hand sides", "F32[2, 3]");
  }

  static Input right(Draw d, Shape a, long columns) {
    return d.input(a.with(-1, columns), Domain.NORMAL);
  }

  /** Right sides of their own: A^-1 A has zeros, which come out exactly or not. */
  private static OpCase equations(OpCase c, LinalgOp op) {
    return c.keepsInputsApart()
        .sums(LinalgCases::elements)
        .within(16)
        .nativelyIn(DType.F64)
        .refuses(op, List.of(f32(3, 3)), "2 inputs", "got 1")
        .refuses(op, List.of(f32(3), f32(3)), "rank 2 or more", "F32[3]")
        .refuses(op, List.of(f32(2, 3), f32(2, 3)), "square", "F32[2, 3]")
        .refuses(op, List.of(f32(3, 3), f32(2, 3)), "right-hand sides", "F32[2, 3]")
        .refuses(op, List.of(f32(2, 3, 3), f32(3, 3)), "right-hand sides", "F32[3, 3]")
        .refuses(
            op,
            List.of(f32(3, 3), new TensorSpec(Shape.of(3, 3), DType.F64)),
            "F32[3, 3]",
            "F64[3, 3]");
  }

  private static OpCase triangularSolve() {
    OpCase c =
        OpCase.of(
                "triangular_solve",
                TriangularSolve.class,
                d -> {
                  Shape a = square(d);
                  boolean unit = d.flip();
                  double size = unit ? 0.3 : 1;
                  Input triangle =
                      matrices(
                          d,
                          a,
                          (i, j) -> size * d.normal() / 2 + (i == j ? 2 + d.between(0, 2) : 0));
                  return Sample.of(
                      new TriangularSolve(d.flip(), d.flip(), unit),
                      triangle,
                      right(d, a, size(d)));
                })
            .alsoLarge(d ->
                Sample.of(
                    new TriangularSolve(true, false, false),
                    matrices(d, Shape.of(150, 150), (i, j) -> d.normal() / 20 + (i == j ? 2 : 0)),
                    right(d, Shape.of(150, 150), 7)))
            .alsoLarge(d ->
                Sample.of(
                    new TriangularSolve(false, true, false),
                    matrices(d, Shape.of(150, 150), (i, j) -> d.normal() / 20 + (i == j ? 2 : 0)),
                    right(d, Shape.of(150, 150), 41)));
    return equations(c, new TriangularSolve(true, false, false));
  }

  private static OpCase det() {
    Det op = new Det();
    OpCase c =
        OpCase.of("det", Det.class, d -> Sample.of(op, apart(d, square(d))))
            .also(d -> Sample.of(op, apart(d, Shape.of(3, 0, 0))))
            .also(d -> Sample.of(op, d.exactly(Shape.of(2, 2), 1, 2, 2, 4)))
            .alsoLarge(d -> Sample.of(op, apart(d, Shape.of(30, 30))));
    return shaped(c, op, true);
  }

  private static OpCase slogdet() {
    Slogdet op = new Slogdet();
    OpCase c =
        OpCase.of("slogdet", Slogdet.class, d -> Sample.of(op, apart(d, square(d))))
            .also(d -> Sample.of(op, apart(d, Shape.of(3, 0, 0))))
            .also(d -> Sample.of(op, d.exactly(Shape.of(2, 2), 1, 2, 2, 4)))
            .alsoLarge(d -> Sample.of(op, apart(d, Shape.of(150, 150))));
    return shaped(c, op, true);
  }
}
