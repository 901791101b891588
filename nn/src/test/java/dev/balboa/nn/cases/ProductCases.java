package dev.balboa.nn.cases;

import static dev.balboa.nn.op.TensorSpec.f32;

import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Products;
import dev.balboa.nn.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** Products that are composed of matrix products. */
final class ProductCases {
  private ProductCases() {}

  static List<OpCase> all() {
    return List.of(dot(), outer(), bilinear(), tensordot(), einsum());
  }

  private static TensorSpec f64(long... dims) {
    return new TensorSpec(Shape.of(dims), DType.F64);
  }

  private static TensorSpec i32(long... dims) {
    return new TensorSpec(Shape.of(dims), DType.I32);
  }

  private static Input input(Draw d, long... dims) {
    return d.input(Shape.of(dims), Domain.NORMAL);
  }

  // ---- Vectors ----

  private static OpCase dot() {
    Function<List<Tensor>, Tensor> f = in -> Products.dot(in.get(0), in.get(1));
    return OpCase.ofFunction(
            "dot",
            Products.class,
            d -> {
              long n = d.dim();
              return Sample.of("dot", f, input(d, n), input(d, n));
            })
        .alsoLarge(d -> Sample.of("dot", f, input(d, 33_001), input(d, 33_001)))
        .sums(s -> s.specs().get(0).shape().size())
        .nativelyIn(DType.F64)
        .refuses(f, List.of(f32(2, 3), f32(2, 3)), "a vector", "F32[2, 3]")
        .refuses(f, List.of(f32(3), f32(4)), "shape [3]", "F32[4]")
        .refuses(f, List.of(f32(3), f64(3)), "one type F32", "F64[3]")
        .refuses(f, List.of(i32(3), i32(3)), "floating-point", "I32[3]");
  }

  private static OpCase outer() {
    Function<List<Tensor>, Tensor> f = in -> Products.outer(in.get(0), in.get(1));
    return OpCase.ofFunction(
            "outer",
            Products.class,
            d -> Sample.of("outer", f, input(d, d.dim()), input(d, d.dim())))
        .sums(s -> Math.max(s.specs().get(0).shape().size(), s.specs().get(1).shape().size()))
        .nativelyIn(DType.F64)
        .refuses(f, List.of(f32(2, 3), f32(3)), "a vector", "F32[2, 3]")
        .refuses(f, List.of(f32(3), f32()), "second vector", "F32[]")
        .refuses(f, List.of(f32(3), f64(3)), "one type F32", "F64[3]");
  }

  // ---- Bilinear forms ----

  private static OpCase bilinear() {
    Function<List<Tensor>, Tensor> f =
        in -> Products.bilinear(in.get(0), in.get(1), in.get(2), in.size() > 3 ? in.get(3) : null);
    return OpCase.ofFunction("bilinear", Products.class, d -> bilinear(d, f, d.shape(1, 4)))
        .also(d -> bilinear(d, f, Shape.of(0, 3)))
        .also(d -> bilinear(d, f, Shape.of(4, 0)))
        .also(d -> bilinear(d, f, Shape.of(3)))
        .sums(s -> {
          Shape w = s.specs().get(2).shape();
          return s.specs().get(0).shape().size() + w.dim(0) + w.dim(1) + w.dim(2);
        })
        .nativelyIn(DType.F64)
        .refuses(f, List.of(f32(2, 3), f32(2, 4), f32(5, 3)), "[K, I, J]", "F32[5, 3]")
        .refuses(f, List.of(f32(2, 4), f32(2, 4), f32(5, 3, 4)), "3 features", "F32[2, 4]")
        .refuses(f, List.of(f32(2, 3), f32(1, 4), f32(5, 3, 4)), "[2, 4]", "F32[1, 4]")
        .refuses(f, List.of(f32(), f32(4), f32(5, 3, 4)), "rank 1 or more", "F32[]")
        .refuses(f, List.of(f32(2, 3), f64(2, 4), f32(5, 3, 4)), "one type F32", "F64[2, 4]")
        .refuses(f, List.of(f32(2, 3), f32(2, 4), f32(5, 3, 4), f32(4)), "bias [5]", "F32[4]");
  }

  private static Sample bilinear(Draw d, Function<List<Tensor>, Tensor> f, Shape x) {
    long i = Math.min(x.dim(-1), 17);
    long j = d.smooth() ? d.between(1, 3) : Math.min(d.dim(), 9);
    long k = d.smooth() ? d.between(1, 3) : Math.min(d.dim(), 9);
    Shape rows = Draw.limited(d.smooth() ? 8 : 200, x.with(-1, 1).dims());
    Input left = d.input(rows.with(-1, i), Domain.NORMAL);
    Input right = d.input(rows.with(-1, j), Domain.NORMAL);
    Input weight = input(d, k, i, j);
    return d.flip()
        ? Sample.of("bilinear", f, left, right, weight)
        : Sample.of("bilinear(bias)", f, left, right, weight, input(d, k));
  }

  // ---- Tensor products ----

  private static Function<List<Tensor>, Tensor> tensordot(int[] a, int[] b) {
    return in -> Products.tensordot(in.get(0), in.get(1), a, b);
  }

  private static OpCase tensordot() {
    return OpCase.ofFunction(
            "tensordot",
            Products.class,
            d -> {
              long m = size(d);
              long n = size(d);
              return switch (d.between(0, 3)) {
                case 0 ->
                    tensordot(d, Shape.of(size(d), m), Shape.of(m, size(d)), axes(1), axes(0));
                case 1 ->
                    tensordot(d, Shape.of(m, size(d), n), Shape.of(n, m), axes(0, -1), axes(1, 0));
                case 2 -> tensordot(d, Shape.of(m, n), Shape.of(m, n), axes(0, 1), axes(0, 1));
                default -> tensordot(d, Shape.of(m), Shape.of(n, 2), axes(), axes());
              };
            })
        .sums(ProductCases::terms)
        .nativelyIn(DType.F64)
        .refuses(tensordot(axes(0), axes()), List.of(f32(2), f32(2)), "as many axes", "[0] and []")
        .refuses(tensordot(axes(2), axes(0)), List.of(f32(2), f32(2)), "an axis of [2]", "got 2")
        .refuses(tensordot(axes(0), axes(0)), List.of(f32(2), f32(3)), "size 2", "F32[3]")
        .refuses(
            tensordot(axes(0, -2), axes(0, 1)),
            List.of(f32(2, 2), f32(2, 2)),
            "each axis once",
            "[0, -2]")
        .refuses(tensordot(axes(0), axes(0)), List.of(f32(2), f64(2)), "one type F32", "F64[2]");
  }

  private static int[] axes(int... axes) {
    return axes;
  }

  private static Sample tensordot(Draw d, Shape a, Shape b, int[] axesA, int[] axesB) {
    return Sample.of(
        "tensordot(" + Arrays.toString(axesA) + ", " + Arrays.toString(axesB) + ")",
        tensordot(axesA, axesB),
        d.input(a, Domain.NORMAL),
        d.input(b, Domain.NORMAL));
  }

  private static long size(Draw d) {
    return d.smooth() ? d.between(1, 3) : Math.min(d.dim(), 9);
  }

  /** As many as there are terms in the sums of all inputs together, at most. */
  private static long terms(Sample s) {
    return s.specs().stream().mapToLong(spec -> Math.max(1, spec.shape().size())).sum();
  }

  // ---- Einstein's notation ----

  private static Function<List<Tensor>, Tensor> einsum(String equation) {
    return in -> Products.einsum(equation, in.toArray(Tensor[]::new));
  }

  private static OpCase einsum() {
    return OpCase.ofFunction(
            "einsum",
            Products.class,
            d -> {
              Equations e = Equations.random(d);
              return Sample.of(
                  "einsum(" + e.equation() + ")",
                  einsum(e.equation()),
                  e.shapes().stream()
                      .map(shape -> d.input(shape, Domain.NORMAL))
                      .toArray(Input[]::new));
            })
        .also(d -> einsum(d, "ij,jk->ik", Shape.of(5, 7), Shape.of(7, 3)))
        .also(d -> einsum(d, "bhqd,bhkd->bhqk", Shape.of(2, 3, 5, 4), Shape.of(2, 3, 6, 4)))
        .also(d -> einsum(d, "...ij,...jk", Shape.of(3, 1, 4, 5), Shape.of(2, 5, 3)))
        .also(d -> einsum(d, "ii->", Shape.of(5, 5)))
        .also(d -> einsum(d, "iij->ij", Shape.of(4, 4, 3)))
        .also(d -> einsum(d, "ji", Shape.of(4, 3)))
        .also(d -> einsum(d, ",", Shape.scalar(), Shape.scalar()))
        .also(d -> einsum(d, "ij,jk->ik", Shape.of(5, 0), Shape.of(0, 3)))
        .also(d ->
            einsum(
                d,
                "ab,bc,cd,de->ae",
                Shape.of(2, 9),
                Shape.of(9, 3),
                Shape.of(3, 8),
                Shape.of(8, 2)))
        .sums(ProductCases::terms)
        .nativelyIn(DType.F64)
        .refuses(in -> Products.einsum("->"), List.of(), "at least one operand", "none")
        .refuses(einsum("ij,jk"), List.of(f32(2, 3)), "2 operands", "got 1", "'ij,jk'")
        .refuses(einsum("i1"), List.of(f32(2, 3)), "letters", "'i1'")
        .refuses(einsum("i.j"), List.of(f32(2, 3)), "ellipsis", "'i.j'")
        .refuses(einsum("...i..."), List.of(f32(2, 3)), "one ellipsis", "'...i...'")
        .refuses(einsum("i->j->k"), List.of(f32(2)), "letters", "'j->k'")
        .refuses(einsum("ijk"), List.of(f32(2, 3)), "operand 0 of rank 3", "[2, 3]")
        .refuses(einsum("...ijk"), List.of(f32(2, 3)), "rank 3 or more", "[2, 3]")
        .refuses(einsum("ij,jk"), List.of(f32(2, 3), f32(4, 5)), "size 3 of index j", "[4, 5]")
        .refuses(einsum("ii"), List.of(f32(2, 3)), "size 2 of index i", "[2, 3]")
        .refuses(einsum("i...,i..."), List.of(f32(2, 3), f32(2, 4)), "of index ...", "[2, 4]")
        .refuses(einsum("ij->ik"), List.of(f32(2, 3)), "output indices of operands", "'k'")
        .refuses(einsum("ij->ii"), List.of(f32(2, 3)), "each output index once", "'i' again")
        .refuses(einsum("i,i"), List.of(f32(2), f64(2)), "one type F32", "F64[2]")
        .refuses(einsum("i"), List.of(i32(2)), "floating-point", "I32[2]");
  }

  private static Sample einsum(Draw d, String equation, Shape... shapes) {
    return Sample.of(
        "einsum(" + equation + ")",
        einsum(equation),
        Arrays.stream(shapes).map(s -> d.input(s, Domain.NORMAL)).toArray(Input[]::new));
  }
}
