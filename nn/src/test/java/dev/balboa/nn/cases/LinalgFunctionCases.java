package dev.balboa.nn.cases;

import static dev.balboa.nn.op.TensorSpec.f32;

import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Linalg;
import dev.balboa.nn.tensor.MatrixNorm;
import dev.balboa.nn.tensor.Tensor;
import java.util.List;
import java.util.function.Function;

/** The functions of {@link Linalg}. */
final class LinalgFunctionCases {
  private LinalgFunctionCases() {}

  static List<OpCase> all() {
    return List.of(
        symmetric("cholesky function", in -> List.of(Linalg.cholesky(in.get(0)))),
        of("qr function", false, in -> Linalg.qr(in.get(0))),
        of("svd function", false, in -> Linalg.svd(in.get(0))),
        of("singular_values function", false, in -> List.of(Linalg.singularValues(in.get(0)))),
        symmetric("eigh function", in -> Linalg.eigh(in.get(0))),
        of("det function", true, in -> List.of(Linalg.det(in.get(0)))),
        of("slogdet function", true, in -> Linalg.slogdet(in.get(0))),
        of("inv", true, in -> List.of(Linalg.inv(in.get(0)))),
        of("pinv", false, in -> List.of(Linalg.pinv(in.get(0), -1))),
        of("matrix_rank", false, in -> List.of(Linalg.matrixRank(in.get(0), 0.1)))
            .derivative(OpCase.Derivative.NONE),
        matrixNorm(),
        cond(),
        solve(),
        solveTriangular(),
        choleskySolve(),
        lstsq());
  }

  private static Shape filled(Draw d, boolean square) {
    long m = Math.max(1, Math.min(8, LinalgCases.size(d)));
    long n = square ? m : Math.max(1, Math.min(8, LinalgCases.size(d)));
    return LinalgCases.batch(d).append(m, n);
  }

  private static OpCase of(String name, boolean square, Function<List<Tensor>, List<Tensor>> f) {
    OpCase c =
        OpCase.ofFunction(
            name,
            Linalg.class,
            d -> Sample.ofMany(name, f, LinalgCases.apart(d, filled(d, square))));
    return refusing(c, f, square);
  }

  private static OpCase symmetric(String name, Function<List<Tensor>, List<Tensor>> f) {
    OpCase c =
        OpCase.ofFunction(
            name,
            Linalg.class,
            d ->
                Sample.ofMany(
                    name,
                    in -> f.apply(List.of(LinalgCases.mirrored(in.get(0)))),
                    LinalgCases.symmetric(d, filled(d, true))));
    return refusing(c, f, true);
  }

  private static OpCase refusing(OpCase c, Function<List<Tensor>, List<Tensor>> f, boolean square) {
    Function<List<Tensor>, Tensor> first = in -> f.apply(in).get(0);
    OpCase all =
        c.sums(LinalgCases::elements)
            .within(16)
            .nativelyIn(DType.F64)
            .refuses(first, List.of(f32(3)), "F32[3]")
            .refuses(first, List.of(new TensorSpec(Shape.of(3, 3), DType.I32)), "I32[3, 3]");
    return square ? all.refuses(first, List.of(f32(2, 3)), "square", "F32[2, 3]") : all;
  }

  private static OpCase matrixNorm() {
    OpCase c =
        OpCase.ofFunction(
            "matrix_norm",
            Linalg.class,
            d -> {
              MatrixNorm norm = d.pick(MatrixNorm.values());
              return Sample.of(
                  "matrix_norm(" + norm + ")",
                  in -> Linalg.matrixNorm(in.get(0), norm),
                  LinalgCases.apart(d, filled(d, false)));
            });
    return c.sums(LinalgCases::elements)
        .within(16)
        .refuses(in -> Linalg.matrixNorm(in.get(0), MatrixNorm.ONE), List.of(f32(3)), "F32[3]")
        .refuses(
            in -> Linalg.matrixNorm(in.get(0), MatrixNorm.SPECTRAL),
            List.of(f32(0, 3)),
            "at least one row",
            "F32[0, 3]");
  }

  private static OpCase cond() {
    OpCase c =
        OpCase.ofFunction(
            "cond",
            Linalg.class,
            d -> {
              MatrixNorm norm = d.pick(MatrixNorm.values());
              return Sample.of(
                  "cond(" + norm + ")",
                  in -> Linalg.cond(in.get(0), norm),
                  LinalgCases.apart(d, filled(d, norm != MatrixNorm.SPECTRAL)));
            });
    return c.sums(LinalgCases::elements)
        .within(16)
        .refuses(in -> Linalg.cond(in.get(0), MatrixNorm.ONE), List.of(f32(3)), "F32[3]")
        .refuses(
            in -> Linalg.cond(in.get(0), MatrixNorm.ONE), List.of(f32(2, 3)), "square", "[2, 3]")
        .refuses(
            in -> Linalg.cond(in.get(0), MatrixNorm.SPECTRAL),
            List.of(f32(0, 3)),
            "at least one row",
            "F32[0, 3]");
  }

  // ---- Equations ----

  /** Matrices and right-hand sides whose leading axes broadcast, or vectors. */
  private static Sample equations(
      Draw d, String text, Function<List<Tensor>, Tensor> f, Input a, boolean vectors) {
    Shape s = a.spec().shape();
    long m = s.dim(-2);
    Shape batch = s.slice(0, s.rank() - 2);
    Shape b = vectors ? batch.append(m) : d.broadcastingTo(batch).append(m, 3);
    return Sample.of(text, f, a, d.input(b, Domain.NORMAL));
  }

  private static OpCase refusingRightSides(
      OpCase c, Function<List<Tensor>, Tensor> f, boolean square) {
    OpCase all =
        c.keepsInputsApart()
            .sums(LinalgCases::elements)
            .within(16)
            .nativelyIn(DType.F64)
            .refuses(f, List.of(f32(3), f32(3)), "F32[3]")
            .refuses(f, List.of(f32(3, 3), f32(4)), "right-hand sides", "F32[4]")
            .refuses(f, List.of(f32(3, 3), f32(4, 3)), "right-hand sides", "F32[4, 3]")
            .refuses(f, List.of(f32(2, 3, 3), f32(5, 3, 1)), "[2]", "[5]")
            .refuses(
                f,
                List.of(f32(3, 3), new TensorSpec(Shape.of(3, 3), DType.F64)),
                "type F32",
                "F64[3, 3]");
    return square ? all.refuses(f, List.of(f32(2, 3), f32(2, 3)), "square", "F32[2, 3]") : all;
  }

  private static OpCase solve() {
    Function<List<Tensor>, Tensor> f = in -> Linalg.solve(in.get(0), in.get(1));
    OpCase c =
        OpCase.ofFunction(
            "solve function",
            Linalg.class,
            d -> equations(d, "solve", f, LinalgCases.apart(d, filled(d, true)), d.flip()));
    return refusingRightSides(c, f, true);
  }

  private static OpCase solveTriangular() {
    Function<List<Tensor>, Tensor> f =
        in -> Linalg.solveTriangular(in.get(0), in.get(1), true, true, false);
    OpCase c =
        OpCase.ofFunction(
            "solve_triangular",
            Linalg.class,
            d ->
                equations(
                    d, "solve_triangular", f, LinalgCases.symmetric(d, filled(d, true)), d.flip()));
    return refusingRightSides(c, f, true);
  }

  private static OpCase choleskySolve() {
    Function<List<Tensor>, Tensor> f = in -> Linalg.choleskySolve(in.get(0), in.get(1));
    OpCase c =
        OpCase.ofFunction(
            "cholesky_solve",
            Linalg.class,
            d ->
                equations(
                    d, "cholesky_solve", f, LinalgCases.symmetric(d, filled(d, true)), d.flip()));
    return refusingRightSides(c, f, true);
  }

  private static OpCase lstsq() {
    Function<List<Tensor>, Tensor> f = in -> Linalg.lstsq(in.get(0), in.get(1));
    OpCase c =
        OpCase.ofFunction(
            "lstsq",
            Linalg.class,
            d -> equations(d, "lstsq", f, LinalgCases.apart(d, filled(d, false)), false));
    return refusingRightSides(c, f, false);
  }
}
