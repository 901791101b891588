package dev.balboa.nn.cases;

import static dev.balboa.nn.op.TensorSpec.f32;

import dev.balboa.nn.op.Binary;
import dev.balboa.nn.op.BinaryKind;
import dev.balboa.nn.op.Cast;
import dev.balboa.nn.op.Compare;
import dev.balboa.nn.op.CompareKind;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Dropout;
import dev.balboa.nn.op.ElementwiseChain;
import dev.balboa.nn.op.ElementwiseChain.Link;
import dev.balboa.nn.op.Lerp;
import dev.balboa.nn.op.Logical;
import dev.balboa.nn.op.LogicalKind;
import dev.balboa.nn.op.NanToNum;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Unary;
import dev.balboa.nn.op.UnaryBackward;
import dev.balboa.nn.op.UnaryKind;
import dev.balboa.nn.op.Where;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Functions of several variables, element by element. */
final class ElementwiseCases {
  private static final TensorSpec KEY = new TensorSpec(Shape.of(2), DType.I64);

  private ElementwiseCases() {}

  static List<OpCase> all() {
    List<OpCase> cases = new ArrayList<>(UnaryCases.all());
    for (BinaryKind kind : BinaryKind.values()) {
      cases.add(binary(kind));
    }
    for (CompareKind kind : CompareKind.values()) {
      cases.add(compare(kind));
    }
    for (LogicalKind kind : LogicalKind.values()) {
      cases.add(logical(kind));
    }
    cases.add(where());
    cases.add(lerp());
    cases.add(chain());
    cases.add(nanToNum());
    cases.add(cast());
    cases.add(dropout());
    return cases;
  }

  private static OpCase binary(BinaryKind kind) {
    Binary op = new Binary(kind);
    TensorSpec f64 = new TensorSpec(Shape.of(3), DType.F64);
    TensorSpec bool = new TensorSpec(Shape.of(3), DType.BOOL);
    return OpCase.of(
            kind.name().toLowerCase(Locale.ROOT), Binary.class, d -> binary(op, d, d.shape(0, 5)))
        .alsoLarge(d -> aligned(op, d, Shape.of(33_001), Shape.of(33_001)))
        .alsoLarge(d -> aligned(op, d, Shape.of(317, 311), Shape.of(311)))
        .also(d -> aligned(op, d, Shape.of(311), Shape.of(317, 1)))
        .also(d -> aligned(op, d, Shape.of(2, 3, 1, 2, 1, 2, 1, 3), Shape.of(2, 5, 1, 4, 1)))
        .also(d -> aligned(op, d, Shape.of(3, 0), Shape.of(1)))
        .also(d -> aligned(op, d, Shape.of(1, 4), Shape.of(0, 1)))
        .also(d -> Sample.of(op, specials(d, true), specials(d, false)))
        .derivative(
            kind == BinaryKind.FLOOR_DIVIDE ? OpCase.Derivative.ZERO : OpCase.Derivative.TWICE)
        .sums(ElementwiseCases::broadcastRatio)
        .nativelyIn(DType.F64)
        .refuses(op, List.of(f32(2)), "expected 2 inputs", "got 1")
        .refuses(op, List.of(f32(2, 3), f32(2, 4)), "[2, 3]", "[2, 4]", "3 and 4")
        .refuses(op, List.of(f32(3), f64), "F32[3]", "F64[3]", "cast")
        .nativelyIn(DType.F64)
        .refuses(op, List.of(bool, bool), "type", "BOOL[3]");
  }

  static long broadcastRatio(Sample s) {
    long out = s.op().infer(s.specs()).get(0).shape().size();
    return s.inputs().stream()
        .mapToLong(i -> out / Math.max(1, i.spec().shape().size()))
        .max()
        .orElse(1);
  }

  private static Sample binary(Binary op, Draw d, Shape out) {
    if (d.chance(0.1)) {
      Input both = d.input(out, left(op.kind()));
      return Sample.of(op, both, Input.same(0, both));
    }
    return d.flip()
        ? aligned(op, d, out, out)
        : aligned(op, d, d.broadcastingTo(out), d.broadcastingTo(out));
  }

  private static Sample aligned(Binary op, Draw d, Shape a, Shape b) {
    return Sample.of(op, d.input(a, left(op.kind())), d.input(b, right(op.kind())));
  }

  private static Domain left(BinaryKind kind) {
    return switch (kind) {
      case ADD, SUB, MUL, LOG_ADD_EXP -> Domain.NORMAL;
      case DIV, ATAN2, HYPOT -> UnaryCases.DIVISOR;
      case REMAINDER, FMOD, FLOOR_DIVIDE -> ElementwiseCases::dividend;
      case MAX, MIN -> (d, n) -> lattice(d, n, 0);
      case POW -> Domain.between(0.2, 3);
    };
  }

  private static Domain right(BinaryKind kind) {
    return switch (kind) {
      case ADD, SUB, MUL, LOG_ADD_EXP -> Domain.NORMAL;
      case DIV, ATAN2, HYPOT -> UnaryCases.DIVISOR;
      case REMAINDER, FMOD, FLOOR_DIVIDE -> ElementwiseCases::divisor;
      case MAX, MIN -> (d, n) -> lattice(d, n, d.smooth() ? 1.0 / 16 : 0);
      case POW -> Domain.between(-2, 3);
    };
  }

  /** Where derivatives are checked, no quotient with a {@link #divisor} is near an integer. */
  private static double[] dividend(Draw d, int n) {
    double[] x = new double[n];
    for (int i = 0; i < n; i++) {
      x[i] = d.smooth() ? d.between(-3, 2) + d.uniform(0.45, 0.6) : 9 * d.normal();
    }
    return x;
  }

  private static double[] divisor(Draw d, int n) {
    double[] x = new double[n];
    for (int i = 0; i < n; i++) {
      double size = d.smooth() ? d.uniform(1, 1.1) : d.uniform(0.25, 4);
      x[i] = d.flip() ? size : -size;
    }
    return x;
  }

  /** Every pair of special values. */
  private static Input specials(Draw d, boolean left) {
    double[] special = {
      0,
      -0.0,
      1,
      -1,
      2.5,
      -3,
      1e30,
      -1e-30,
      Double.POSITIVE_INFINITY,
      Double.NEGATIVE_INFINITY,
      Double.NaN
    };
    int n = special.length;
    double[] x = new double[n * n];
    for (int i = 0; i < x.length; i++) {
      x[i] = special[left ? i / n : i % n];
    }
    return d.exactly(Shape.of(x.length), x);
  }

  private static double[] lattice(Draw d, int n, double offset) {
    double[] x = new double[n];
    for (int i = 0; i < n; i++) {
      x[i] = d.between(-9, 9) / 8.0 + offset;
    }
    return x;
  }

  private static OpCase compare(CompareKind kind) {
    Compare op = new Compare(kind);
    return OpCase.of(
            kind.name().toLowerCase(Locale.ROOT),
            Compare.class,
            d -> {
              DType type = d.chance(0.4) ? d.real() : d.pick(DType.values());
              Shape out = d.shape(0, 5);
              return Sample.of(op, coarse(d, d.broadcastingTo(out), type), coarse(d, out, type));
            })
        .alsoLarge(d ->
            Sample.of(
                op, coarse(d, Shape.of(307, 311), d.real()), coarse(d, Shape.of(1, 311), d.real())))
        .also(d -> Sample.of(op, nans(d), nans(d).placed(new Placement.Shifted(3))))
        .derivative(OpCase.Derivative.NONE)
        .nativelyIn(DType.F64)
        .refuses(op, List.of(f32(2)), "expected 2 inputs", "got 1")
        .refuses(op, List.of(f32(2, 3), f32(4, 3)), "[2, 3]", "[4, 3]")
        .refuses(op, List.of(f32(3), new TensorSpec(Shape.of(3), DType.I32)), "F32[3]", "I32[3]");
  }

  /** Few different values, so that many are equal. */
  private static Input coarse(Draw d, Shape shape, DType type) {
    if (type.isFloating()) {
      TensorSpec spec = new TensorSpec(shape, type);
      Placement placement = Placement.draw(d, spec);
      double[] x = Domain.GRID.draw(d, placement.distinct(shape));
      return Input.of(spec, placement.spread(x, shape), placement, false);
    }
    return d.whole(shape, type, 0, type == DType.BOOL ? 1 : 6);
  }

  private static Input nans(Draw d) {
    return d.exactly(Shape.of(6), Double.NaN, 0, -0.0, 1, Double.POSITIVE_INFINITY, Double.NaN);
  }

  private static OpCase logical(LogicalKind kind) {
    Logical op = new Logical(kind);
    TensorSpec bool = new TensorSpec(Shape.of(2, 3), DType.BOOL);
    return OpCase.of(
            op.name(),
            Logical.class,
            d -> {
              Shape out = d.shape(0, 5);
              return Sample.of(
                  op,
                  d.whole(d.broadcastingTo(out), DType.BOOL, 0, 1),
                  d.whole(d.broadcastingTo(out), DType.BOOL, 0, 1));
            })
        .alsoLarge(d ->
            Sample.of(
                op,
                d.whole(Shape.of(307, 311), DType.BOOL, 0, 1),
                d.whole(Shape.of(311), DType.BOOL, 0, 1)))
        .derivative(OpCase.Derivative.NONE)
        .refuses(op, List.of(bool), "expected 2 inputs", "got 1")
        .refuses(op, List.of(bool, f32(2, 3)), "right operand", "BOOL", "F32[2, 3]")
        .refuses(op, List.of(f32(2, 3), bool), "left operand", "BOOL", "F32[2, 3]")
        .refuses(op, List.of(bool, new TensorSpec(Shape.of(4), DType.BOOL)), "[2, 3]", "[4]");
  }

  private static OpCase where() {
    Where op = new Where();
    TensorSpec bool = new TensorSpec(Shape.of(3), DType.BOOL);
    return OpCase.of(
            "where",
            Where.class,
            d -> {
              boolean blocked = d.purpose() == Draw.Purpose.BLOCKED;
              boolean real = d.smooth() || blocked || d.chance(0.6);
              DType type = real ? d.real() : d.pick(DType.values());
              Shape out = d.shape(0, 5);
              return Sample.of(
                  op,
                  d.whole(d.broadcastingTo(out), DType.BOOL, 0, 1),
                  d.any(blocked ? out : d.broadcastingTo(out), type),
                  d.any(d.broadcastingTo(out), type));
            })
        .sums(ElementwiseCases::broadcastRatio)
        .nativelyIn(DType.F64)
        .refuses(op, List.of(bool, f32(3)), "expected 3 inputs", "got 2")
        .refuses(op, List.of(f32(3), f32(3), f32(3)), "condition", "BOOL", "F32[3]")
        .refuses(op, List.of(bool, f32(3), new TensorSpec(Shape.of(3), DType.F64)), "F64[3]")
        .refuses(op, List.of(bool, f32(3), f32(2)), "[3]", "[2]")
        .refuses(op, List.of(bool, f32(2), f32(2)), "[3]", "[2]");
  }

  /** (x a + b), a function of it, its slope times x, all times a; and one function alone. */
  private static ElementwiseChain chain(UnaryKind f) {
    Link product = new Link(new Binary(BinaryKind.MUL), List.of(0, 1));
    Link sum = new Link(new Binary(BinaryKind.ADD), List.of(~0, 2));
    Link y = new Link(Unary.of(f), List.of(~1));
    int saved = f.backwardReadsOutput() ? ~2 : ~1;
    Link slope = new Link(new UnaryBackward(f, 0, 0), List.of(saved, ~0));
    Link more = new Link(new Binary(BinaryKind.SUB), List.of(~3, ~2));
    Link result = new Link(new Binary(BinaryKind.MUL), List.of(~4, 1));
    return new ElementwiseChain(List.of(product, sum, y, slope, more, result));
  }

  private static OpCase chain() {
    ElementwiseChain op = chain(UnaryKind.TANH);
    ElementwiseChain alone =
        new ElementwiseChain(List.of(new Link(Unary.of(UnaryKind.EXP), List.of(0))));
    return OpCase.of(
            "elementwise_chain",
            ElementwiseChain.class,
            d -> {
              ElementwiseChain some =
                  chain(d.pick(UnaryKind.TANH, UnaryKind.SIGMOID, UnaryKind.SILU));
              Shape x = d.shape(0, 4);
              Shape a = x.slice(d.between(0, x.rank()), x.rank());
              return Sample.of(
                  some,
                  d.input(x, Domain.NORMAL),
                  d.input(a, Domain.NORMAL),
                  d.input(d.flip() ? x : Shape.scalar(), Domain.NORMAL));
            })
        .also(d -> Sample.of(alone, d.input(Shape.of(3, 5), Domain.NORMAL)))
        .alsoLarge(d ->
            Sample.of(
                op,
                d.input(Shape.of(33, 1031), Domain.NORMAL),
                d.input(Shape.of(1031), Domain.NORMAL),
                d.input(Shape.of(33, 1), Domain.NORMAL)))
        .sums(ElementwiseCases::broadcastRatio)
        .within(16)
        .refuses(op, List.of(f32(2)), "3 inputs", "got 1")
        .refuses(op, List.of(f32(2), f32(3), f32()), "[2]", "[3]")
        .refuses(alone, List.of(new TensorSpec(Shape.of(3), DType.I32)), "floating", "I32[3]")
        .refusesToMake(() -> new ElementwiseChain(List.of()), "at least one link", "none")
        .refusesToMake(
            () -> new ElementwiseChain(List.of(new Link(Unary.of(UnaryKind.EXP), List.of(~0)))),
            "before link 0",
            "got 0");
  }

  private static OpCase lerp() {
    Lerp op = new Lerp();
    TensorSpec i32 = new TensorSpec(Shape.of(3), DType.I32);
    return OpCase.of(
            "lerp",
            Lerp.class,
            d -> {
              Shape out = d.shape(0, 4);
              return lerp(d, d.broadcastingTo(out), d.broadcastingTo(out), d.broadcastingTo(out));
            })
        .alsoLarge(d -> lerp(d, Shape.of(317, 311), Shape.of(317, 311), Shape.of(317, 311)))
        .alsoLarge(d -> lerp(d, Shape.of(133_001), Shape.of(133_001), Shape.scalar()))
        .also(d -> lerp(d, Shape.of(3, 0), Shape.of(1), Shape.scalar()))
        .sums(s -> s.specs().stream().mapToLong(spec -> spec.shape().size()).sum())
        .nativelyIn(DType.F64)
        .refuses(op, List.of(f32(3), f32(3)), "expected 3 inputs", "got 2")
        .refuses(op, List.of(i32, i32, i32), "start", "floating-point", "I32[3]")
        .refuses(op, List.of(f32(3), f32(3), i32), "F32[3]", "I32[3]")
        .refuses(op, List.of(f32(3), f32(3), f32(2)), "[3]", "[2]");
  }

  private static Sample lerp(Draw d, Shape a, Shape b, Shape w) {
    return Sample.of(
        new Lerp(),
        d.input(a, Domain.NORMAL),
        d.input(b, Domain.NORMAL),
        d.input(w, Domain.between(-0.5, 1.5)));
  }

  private static OpCase nanToNum() {
    NanToNum op = new NanToNum(0.5, 9, -9);
    return OpCase.of("nan_to_num", NanToNum.class, d -> nanToNum(d, op, d.shape(0, 5)))
        .alsoLarge(d -> nanToNum(d, op, Shape.of(133_001)))
        .nativelyIn(DType.F64)
        .refuses(op, List.of(f32(3), f32(3)), "expected 1 inputs", "got 2")
        .refuses(op, List.of(new TensorSpec(Shape.of(3), DType.I32)), "floating-point", "I32[3]");
  }

  private static Sample nanToNum(Draw d, NanToNum op, Shape shape) {
    return Sample.of(
        op, d.smooth() ? d.input(shape, Domain.NORMAL) : ArithmeticCases.odd(d, shape));
  }

  private static OpCase cast() {
    OpCase c =
        OpCase.of(
                "cast",
                Cast.class,
                d -> {
                  DType from = d.smooth() ? DType.F64 : d.pick(DType.values());
                  DType to = d.smooth() ? DType.F64 : d.pick(DType.values());
                  return Sample.of(new Cast(to), d.any(d.shape(0, 5), from));
                })
            .nativelyIn(DType.F64)
            .refuses(new Cast(DType.F64), List.of(), "expected 1 inputs", "got 0");
    for (DType to : DType.values()) {
      c.also(d -> Sample.of(new Cast(to), edges(DType.F32)));
      c.also(d -> Sample.of(new Cast(to), edges(DType.F64)));
      c.also(d -> Sample.of(new Cast(to), edges(DType.BF16)));
      c.alsoLarge(
          d -> Sample.of(new Cast(to), d.any(Shape.of(33_001), DType.F32).withoutGradient()));
      c.also(d ->
          Sample.of(
              new Cast(to),
              Input.constant(
                  DType.I64,
                  Shape.of(7),
                  0,
                  -1,
                  300,
                  257,
                  -1L << 62,
                  1L << 31,
                  -(1L << 40) + 12345)));
    }
    return c;
  }

  /** Where a conversion truncates, saturates or has nothing to convert. */
  private static Input edges(DType from) {
    double[] x = {
      0,
      -0.0,
      0.5,
      -0.5,
      1.9,
      -1.9,
      255,
      255.9,
      256,
      300,
      -3,
      2147483520,
      2147483648.0,
      3e9,
      -3e9,
      1e20,
      -1e20,
      1e38,
      3.4e38,
      1.00390625,
      1.01171875,
      1.0039062500000002,
      -1.0039063692092896,
      127.5,
      -128.9,
      -129,
      Double.POSITIVE_INFINITY,
      Double.NEGATIVE_INFINITY,
      Double.NaN,
      1e-40
    };
    return Input.of(new TensorSpec(Shape.of(x.length), from), x).withoutGradient();
  }

  private static OpCase dropout() {
    return OpCase.of(
            "dropout",
            Dropout.class,
            d -> {
              Dropout op = new Dropout(d.pick(0.0, 0.5, 0.1, d.uniform(0, 0.95)));
              return Sample.of(op, d.input(d.shape(0, 5), Domain.NORMAL), key(d));
            })
        .alsoLarge(
            d -> Sample.of(new Dropout(0.3), d.input(Shape.of(33_001), Domain.NORMAL), key(d)))
        .refuses(new Dropout(0.5), List.of(f32(3)), "expected 2 inputs", "got 1")
        .refuses(new Dropout(0.5), List.of(f32(3), f32(2)), "I64[2]", "F32[2]")
        .refuses(new Dropout(0.5), List.of(new TensorSpec(Shape.of(3), DType.I32), KEY), "I32[3]")
        .refusesToMake(() -> new Dropout(1), "0 <= p < 1", "1.0")
        .refusesToMake(() -> new Dropout(-0.1), "-0.1")
        .refusesToMake(() -> new Dropout(Double.NaN), "NaN");
  }

  /** A random key: seed and sequence number. */
  static Input key(Draw d) {
    long seed = d.bits() >> 11;
    long sequence = d.flip() ? d.between(0, 9) : d.bits() >>> 12;
    return Input.constant(DType.I64, Shape.of(2), (double) seed, (double) sequence);
  }
}
