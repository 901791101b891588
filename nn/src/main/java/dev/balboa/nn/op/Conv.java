package dev.balboa.nn.op;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Convolution (cross-correlation, as everywhere in the field) with optional bias, fused residual
 * addition and fused activation:
 *
 * <pre>
 * y[n,o,p] = act(b[o] + r[n,o,p] + sum over i in the group of o, k: w[o,i,k] x[n, i, stride p - pad + dilation k])
 * </pre>
 *
 * Inputs: x [N, C, in...], w [O, C/groups, kernel...], optionally b [O], and if {@code residual} at
 * the end r like the output. Output: [N, O, out...].
 */
public record Conv(Window window, int groups, Activation activation, boolean residual)
    implements ConvolutionOp {
  /** Without a residual. */
  public Conv(Window window, int groups, Activation activation) {
    this(window, groups, activation, false);
  }

  /** Checks the group count. */
  public Conv {
    if (groups < 1) {
      throw new IllegalArgumentException("conv: expected groups >= 1, got " + groups);
    }
  }

  @Override
  public String name() {
    return "conv" + window.rank() + "d";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, residual ? 3 : 2, residual ? 4 : 3);
    TensorSpec x = in.get(0);
    TensorSpec w = in.get(1);
    check(name(), x, w.shape(), window, groups);
    Check.sameType(name(), x, w);
    if (hasBias(in.size())) {
      Check.sameType(name(), x, in.get(2));
      Check.shape(name(), "bias", in.get(2), Shape.of(w.shape().dim(0)));
    }
    TensorSpec y = x.withShape(window.outShape(name(), x.shape(), w.shape().dim(0)));
    Check.that(!residual || in.getLast().equals(y), name(), "residual " + y, in.getLast());
    return List.of(y);
  }

  /** Whether there is a bias among so many inputs; it is the third. */
  public boolean hasBias(int inputs) {
    return inputs == (residual ? 4 : 3);
  }

  /** The products summed up for one output: a filter's size. */
  static long perOutput(Shape w) {
    return w.slice(1, w.rank()).size();
  }

  /** The rule that input, weights, window and groups must obey together. */
  static void check(String op, TensorSpec x, Shape w, Window window, int groups) {
    Check.rank(op, "input", x, window.rank() + 2);
    Check.floating(op, "input", x);
    checkShapes(op, x.shape(), w, window, groups);
  }

  /** {@link #check} without types. */
  static void checkShapes(String op, Shape x, Shape w, Window window, int groups) {
    int rank = window.rank() + 2;
    Check.that(!window.ceil(), op, "a window that is not in ceil mode", window);
    Check.that(x.rank() == rank, op, "input of rank " + rank, x);
    Check.that(w.rank() == rank, op, "weights of rank " + rank, w);
    for (int i = 0; i < window.rank(); i++) {
      Check.that(
          w.dim(i + 2) == window.kernel().get(i), op, "weights with kernel " + window.kernel(), w);
    }
    long channels = w.dim(1) * groups;
    String where = groups == 1 ? "" : " in " + groups + " groups";
    Check.that(x.dim(1) == channels, op, channels(channels) + where, x);
    Check.that(w.dim(0) % groups == 0, op, "output channels divisible by groups " + groups, w);
  }

  static String channels(long count) {
    return "an input of " + count + " channels, which the weight has";
  }

  @Override
  public long multiplyAdds(List<TensorSpec> in) {
    return infer(in).get(0).shape().size() * perOutput(in.get(1).shape());
  }

  @Override
  public List<Value> vjp(Vjp c) {
    Emit e = c.emit();
    boolean bias = hasBias(c.inputs());
    Value x = c.in(0);
    Value w = c.in(1);
    Op plain = new Conv(window, groups, Activation.IDENTITY, residual);
    Value g = activation.backward(e, () -> c.again(plain), c.out(0), c.grad(0));
    Value[] grads = new Value[c.inputs()];
    if (c.needs(0)) {
      grads[0] = e.apply(new ConvBackwardData(window, groups, x.spec().shape()), g, w);
    }
    boolean needsBias = bias && c.needs(2);
    if (c.needs(1)) {
      List<Value> both =
          e.applyAll(new ConvBackwardWeights(window, groups, w.spec().shape(), needsBias), x, g);
      grads[1] = both.get(0);
      if (needsBias) {
        grads[2] = both.get(1);
      }
    } else if (needsBias) {
      grads[2] = sumOverAllButChannels(e, g);
    }
    if (residual) {
      grads[c.inputs() - 1] = g;
    }
    return Vjp.grads(grads);
  }

  /** The cotangent of a bias. */
  static Value sumOverAllButChannels(Emit e, Value g) {
    int[] axes = IntStream.range(0, g.spec().shape().rank()).filter(i -> i != 1).toArray();
    return e.sum(g, false, axes);
  }
}
