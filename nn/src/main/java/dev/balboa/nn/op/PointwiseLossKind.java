package dev.balboa.nn.op;

/** How an output x is compared with a target t; d = x - t, p is the parameter of the loss. */
public enum PointwiseLossKind {
  /** d^2. */
  SQUARED,
  /** |d|; the slope at 0 is 0. */
  ABSOLUTE,
  /** d^2 / 2 up to |d| = p, then p (|d| - p / 2), p &gt; 0. */
  HUBER,
  /**
   * -(t log(x) + (1 - t) log(1 - x)), each logarithm not below -100; where that bound holds the
   * slope is 0.
   */
  BCE,
  /** The same of sigmoid(x): t softplus(-x) + (1 - t) softplus(x). */
  LOGITS,
  /** t (log(t) - x) for a logarithm x of a probability; 0 where t is 0. */
  KL,
  /** exp(x) - t x. */
  POISSON;

  /** The loss of each element in elementary operations. */
  Value define(Emit e, double p, Value x, Value t) {
    return switch (this) {
      case SQUARED -> e.unary(UnaryKind.SQUARE, e.sub(x, t));
      case ABSOLUTE -> e.unary(UnaryKind.ABS, e.sub(x, t));
      case HUBER -> {
        Value d = e.unary(UnaryKind.ABS, e.sub(x, t));
        Value m = e.apply(new Unary(UnaryKind.CLIP, 0, p), d);
        yield e.mul(m, e.sub(d, e.affine(m, 0.5, 0)));
      }
      case BCE -> {
        Value yes = e.mul(t, boundedLog(e, x, UnaryKind.LOG, 0));
        Value no = e.mul(e.affine(t, -1, 1), boundedLog(e, e.neg(x), UnaryKind.LOG1P, -1));
        yield e.neg(e.add(yes, no));
      }
      case LOGITS ->
          e.add(
              e.mul(t, e.unary(UnaryKind.SOFTPLUS, e.neg(x))),
              e.mul(e.affine(t, -1, 1), e.unary(UnaryKind.SOFTPLUS, x)));
      case KL -> {
        Value none = e.compare(CompareKind.EQ, t, e.scalarLike(t, 0));
        Value log = e.unary(UnaryKind.LOG, e.where(none, e.scalarLike(t, 1), t));
        yield e.mul(t, e.sub(log, x));
      }
      case POISSON -> e.sub(e.unary(UnaryKind.EXP, x), e.mul(t, x));
    };
  }

  /** The logarithm of what is 0 at {@code end}, but -100 where it is smaller. */
  private static Value boundedLog(Emit e, Value x, UnaryKind log, double end) {
    Value atEnd = e.compare(CompareKind.EQ, x, e.scalarLike(x, end));
    Value safe = e.unary(log, e.where(atEnd, e.scalarLike(x, end + 1), x));
    Value bounded = e.apply(new Unary(UnaryKind.CLIP, -100, Double.POSITIVE_INFINITY), safe);
    return e.where(atEnd, e.scalarLike(x, -100), bounded);
  }
}
