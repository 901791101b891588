package dev.balboa.conformance;

import dev.balboa.nn.op.BinaryKind;
import dev.balboa.nn.op.CompareKind;
import dev.balboa.nn.op.LogicalKind;
import dev.balboa.nn.op.Unary;
import dev.balboa.nn.op.UnaryKind;
import dev.balboa.nn.tensor.Arithmetic;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.util.Map;
import java.util.function.BinaryOperator;

/** What is computed element by element. */
final class ArithmeticMappings {
  private ArithmeticMappings() {}

  static void addTo(Mapping.Table t) {
    binary(t, "Add", Tensor::add);
    binary(t, "Sub", Tensor::sub);
    binary(t, "Mul", Tensor::mul);
    binary(t, "Div", Tensor::div);
    folded(t, "Max", Tensor::maximum);
    folded(t, "Min", Tensor::minimum);
    folded(t, "Sum", Tensor::add);
    t.one("Mean", c -> fold(c, Tensor::add).mul(1.0 / c.count()));
    // The exponent may have a type of its own; the result has the base's.
    t.one("Pow", c -> c.in(0).pow(c.in(1).cast(c.in(0).dtype())));
    compare(t, "Equal", CompareKind.EQ);
    compare(t, "Less", CompareKind.LT);
    compare(t, "LessOrEqual", CompareKind.LE);
    compare(t, "Greater", CompareKind.GT);
    compare(t, "GreaterOrEqual", CompareKind.GE);
    t.one("Where", c -> c.in(0).where(c.in(1), c.in(2)));
    t.one("Cast", c -> c.in(0).cast(Elements.Type.of(c.integer("to", 0)).balboa()));
    t.one("CastLike", c -> c.in(0).cast(c.in(1).dtype()));
    t.one("Identity", c -> c.in(0));
    t.one("Neg", c -> c.in(0).neg());
    t.one("Clip", ArithmeticMappings::clip);
    t.one("IsNaN", c -> Arithmetic.isNan(c.in(0)));
    t.one("IsInf", ArithmeticMappings::isInf);
    t.one("Mod", ArithmeticMappings::mod);
    logical(t, "And", LogicalKind.AND);
    logical(t, "Or", LogicalKind.OR);
    logical(t, "Xor", LogicalKind.XOR);
    t.one("Not", c -> c.in(0).not());
    functions(t);
    withParameters(t);
  }

  private static void functions(Mapping.Table t) {
    Map.ofEntries(
            Map.entry("Abs", UnaryKind.ABS),
            Map.entry("Acos", UnaryKind.ACOS),
            Map.entry("Acosh", UnaryKind.ACOSH),
            Map.entry("Asin", UnaryKind.ASIN),
            Map.entry("Asinh", UnaryKind.ASINH),
            Map.entry("Atan", UnaryKind.ATAN),
            Map.entry("Atanh", UnaryKind.ATANH),
            Map.entry("Cosh", UnaryKind.COSH),
            Map.entry("Sinh", UnaryKind.SINH),
            Map.entry("Softsign", UnaryKind.SOFTSIGN),
            Map.entry("Tan", UnaryKind.TAN),
            Map.entry("Ceil", UnaryKind.CEIL),
            Map.entry("Cos", UnaryKind.COS),
            Map.entry("Erf", UnaryKind.ERF),
            Map.entry("Exp", UnaryKind.EXP),
            Map.entry("Floor", UnaryKind.FLOOR),
            Map.entry("Log", UnaryKind.LOG),
            Map.entry("Reciprocal", UnaryKind.RECIPROCAL),
            Map.entry("Relu", UnaryKind.RELU),
            Map.entry("Round", UnaryKind.ROUND),
            Map.entry("Sigmoid", UnaryKind.SIGMOID),
            Map.entry("Sign", UnaryKind.SIGN),
            Map.entry("Sin", UnaryKind.SIN),
            Map.entry("Softplus", UnaryKind.SOFTPLUS),
            Map.entry("Sqrt", UnaryKind.SQRT),
            Map.entry("Tanh", UnaryKind.TANH))
        .forEach((type, kind) -> t.one(type, c -> c.in(0).map(kind)));
  }

  private static void withParameters(Mapping.Table t) {
    t.one("LeakyRelu", c -> unary(c, UnaryKind.LEAKY_RELU, c.number("alpha", 0.01), 0));
    t.one("Elu", c -> unary(c, UnaryKind.ELU, c.number("alpha", 1), 0));
    t.one(
        "HardSigmoid",
        c -> unary(c, UnaryKind.HARD_SIGMOID, c.number("alpha", 0.2), c.number("beta", 0.5)));
    t.one("HardSwish", c -> unary(c, UnaryKind.HARD_SWISH, 1.0 / 6, 0.5));
    t.one("Celu", c -> unary(c, UnaryKind.CELU, c.number("alpha", 1), 0));
    t.one("ThresholdedRelu", c -> unary(c, UnaryKind.THRESHOLD, c.number("alpha", 1), 0));
    t.one(
        "Selu",
        c ->
            unary(c, UnaryKind.ELU, c.number("alpha", 1.6732632f), 0)
                .mul(c.number("gamma", 1.050701f)));
    t.one("Shrink", ArithmeticMappings::shrink);
  }

  private static Tensor unary(Call c, UnaryKind kind, double alpha, double beta) {
    return Tensor.apply(new Unary(kind, alpha, beta), c.in(0)).get(0);
  }

  private static void binary(Mapping.Table t, String type, BinaryOperator<Tensor> f) {
    t.one(type, c -> f.apply(c.in(0), c.in(1)));
  }

  private static void folded(Mapping.Table t, String type, BinaryOperator<Tensor> f) {
    t.one(type, c -> fold(c, f));
  }

  private static Tensor fold(Call c, BinaryOperator<Tensor> f) {
    return c.inputs().stream().reduce(f).orElseThrow();
  }

  private static void compare(Mapping.Table t, String type, CompareKind kind) {
    t.one(type, c -> c.in(0).compare(kind, c.in(1)));
  }

  private static void logical(Mapping.Table t, String type, LogicalKind kind) {
    t.one(type, c -> c.in(0).logical(kind, c.in(1)));
  }

  private static Tensor isInf(Call c) {
    boolean negative = c.integer("detect_negative", 1) != 0;
    boolean positive = c.integer("detect_positive", 1) != 0;
    if (negative && positive) {
      return Arithmetic.isInf(c.in(0));
    }
    double infinity = positive ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
    return c.in(0).compare(CompareKind.EQ, Tensors.full(infinity));
  }

  /** With the sign of the divisor as Python's, or that of the dividend as C's. */
  private static Tensor mod(Call c) {
    return c.in(0).binary(c.flag("fmod") ? BinaryKind.FMOD : BinaryKind.REMAINDER, c.in(1));
  }

  private static Tensor shrink(Call c) {
    double lambda = c.number("lambd", 0.5);
    double bias = c.number("bias", 0);
    c.uncoveredIf(bias != 0 && bias != lambda, "a bias other than the threshold");
    return unary(c, bias == 0 ? UnaryKind.HARD_SHRINK : UnaryKind.SOFT_SHRINK, lambda, 0);
  }

  private static Tensor clip(Call c) {
    double low = c.has(1) ? c.numbersIn(1)[0] : c.number("min", Double.NEGATIVE_INFINITY);
    double high = c.has(2) ? c.numbersIn(2)[0] : c.number("max", Double.POSITIVE_INFINITY);
    return c.in(0).clip(low, high);
  }
}
