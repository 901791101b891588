package dev.balboa.nn.tensor;

import dev.balboa.nn.op.Binary;
import dev.balboa.nn.op.BinaryKind;
import dev.balboa.nn.op.Cast;
import dev.balboa.nn.op.Compare;
import dev.balboa.nn.op.CompareKind;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Fill;
import dev.balboa.nn.op.Logical;
import dev.balboa.nn.op.LogicalKind;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.Unary;
import dev.balboa.nn.op.UnaryKind;
import dev.balboa.nn.op.Where;

/**
 * Arithmetic and functions, element by element, with NumPy broadcasting. Part of {@link Tensor}.
 *
 * <p>With a number of Java's, integer tensors take whole numbers that their type holds, and wrap.
 */
sealed interface ElementwiseMethods permits Tensor {
  /** The element type. */
  DType dtype();

  private Tensor then(Op op, Tensor... others) {
    return Tensor.then((Tensor) this, op, others);
  }

  /** this + other. */
  default Tensor add(Tensor other) {
    return then(new Binary(BinaryKind.ADD), other);
  }

  /** this - other. */
  default Tensor sub(Tensor other) {
    return then(new Binary(BinaryKind.SUB), other);
  }

  /** this * other. */
  default Tensor mul(Tensor other) {
    return then(new Binary(BinaryKind.MUL), other);
  }

  /** this / other. */
  default Tensor div(Tensor other) {
    return then(new Binary(BinaryKind.DIV), other);
  }

  /** The larger of the two. */
  default Tensor maximum(Tensor other) {
    return then(new Binary(BinaryKind.MAX), other);
  }

  /** The smaller of the two. */
  default Tensor minimum(Tensor other) {
    return then(new Binary(BinaryKind.MIN), other);
  }

  /** this to the power of other. */
  default Tensor pow(Tensor other) {
    return then(new Binary(BinaryKind.POW), other);
  }

  /** this (kind) other. */
  default Tensor binary(BinaryKind kind, Tensor other) {
    return then(new Binary(kind), other);
  }

  private Tensor whole(String name, double x) {
    return Facades.whole(name, (Tensor) this, x);
  }

  /** this + x. */
  default Tensor add(double x) {
    return dtype().isInteger() ? add(whole("add", x)) : then(new Unary(UnaryKind.LINEAR, 1, x));
  }

  /** this * x. */
  default Tensor mul(double x) {
    return dtype().isInteger() ? mul(whole("mul", x)) : then(new Unary(UnaryKind.LINEAR, x, 0));
  }

  /** this - x. */
  default Tensor sub(double x) {
    return dtype().isInteger() ? sub(whole("sub", x)) : add(-x);
  }

  /** x - this. */
  default Tensor rsub(double x) {
    return dtype().isInteger()
        ? whole("rsub", x).sub((Tensor) this)
        : then(new Unary(UnaryKind.LINEAR, -1, x));
  }

  /** this / x. */
  default Tensor div(double x) {
    return div(Facades.number((Tensor) this, x));
  }

  /** this to the power of x. */
  default Tensor pow(double x) {
    return then(new Unary(UnaryKind.POWER, x, 0));
  }

  /** -this. */
  default Tensor neg() {
    return dtype().isInteger() ? rsub(0) : mul(-1);
  }

  /** A function with its customary parameters, element by element. */
  default Tensor map(UnaryKind kind) {
    return then(Unary.of(kind));
  }

  /** A function with its parameters, element by element. */
  default Tensor map(Unary function) {
    return then(function);
  }

  /** min(max(this, low), high); a bound of an integer tensor may be infinite. */
  default Tensor clip(double low, double high) {
    Unary clip = new Unary(UnaryKind.CLIP, low, high);
    if (!dtype().isInteger()) {
      return then(clip);
    }
    Tensor x = (Tensor) this;
    x = low == Double.NEGATIVE_INFINITY ? x : x.maximum(whole("clip", low));
    return high == Double.POSITIVE_INFINITY ? x : x.minimum(whole("clip", high));
  }

  /** exp(this). */
  default Tensor exp() {
    return map(UnaryKind.EXP);
  }

  /** Natural logarithm. */
  default Tensor log() {
    return map(UnaryKind.LOG);
  }

  /** Square root. */
  default Tensor sqrt() {
    return map(UnaryKind.SQRT);
  }

  /** this squared. */
  default Tensor square() {
    return dtype().isInteger() ? mul((Tensor) this) : map(UnaryKind.SQUARE);
  }

  /** |this|; the smallest of the signed integers stays what it is. */
  default Tensor abs() {
    return switch (dtype()) {
      case U8 -> (Tensor) this;
      case I8, I32, I64 -> maximum(neg());
      case F32, F64, BF16, BOOL -> map(UnaryKind.ABS);
    };
  }

  /** Hyperbolic tangent. */
  default Tensor tanh() {
    return map(UnaryKind.TANH);
  }

  /** Logistic function. */
  default Tensor sigmoid() {
    return map(UnaryKind.SIGMOID);
  }

  /** max(this, 0). */
  default Tensor relu() {
    return map(UnaryKind.RELU);
  }

  /** A comparison, as BOOL. */
  default Tensor compare(CompareKind kind, Tensor other) {
    return then(new Compare(kind), other);
  }

  /** A function of two truth values, as BOOL. */
  default Tensor logical(LogicalKind kind, Tensor other) {
    return then(new Logical(kind), other);
  }

  /** Where this (BOOL) is false. */
  default Tensor not() {
    Tensor yes = Tensor.apply(new Fill(Shape.scalar(), DType.BOOL, 1)).get(0);
    return then(new Logical(LogicalKind.XOR), yes);
  }

  /** This (BOOL) chooses: a where true, else b. */
  default Tensor where(Tensor a, Tensor b) {
    return then(new Where(), a, b);
  }

  /** The elements converted to another type; this tensor itself if it has that type. */
  default Tensor cast(DType dtype) {
    return dtype() == dtype ? (Tensor) this : then(new Cast(dtype));
  }
}
