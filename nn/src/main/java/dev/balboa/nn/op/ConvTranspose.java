package dev.balboa.nn.op;

import java.util.List;

/**
 * Transposed convolution, as in PyTorch, with optional bias and fused activation: the adjoint in
 * its input of the {@link Conv} with this window and these weights,
 *
 * <pre>
 * y[n,o,q] = act(b[o] + sum over c in the group of o, p, k with stride p - pad + dilation k = q: w[c,o,k] x[n,c,p])
 * </pre>
 *
 * Inputs: x [N, C, in...], w [C, O/groups, kernel...], optionally b [O]. Output: [N, O, out...]
 * with out = (in - 1) stride - pads + extent + {@code outputPadding}; the output padding, smaller
 * than the stride, chooses among the sizes that the convolution takes to in.
 */
public record ConvTranspose(
    Window window, List<Integer> outputPadding, int groups, Activation activation)
    implements ConvolutionOp {
  /** Checks groups and output padding. */
  public ConvTranspose {
    outputPadding = List.copyOf(outputPadding);
    String op = "conv_transpose" + window.rank() + "d";
    Check.that(groups >= 1, op, "groups >= 1", groups);
    Check.that(!window.ceil(), op, "a window that is not in ceil mode", window);
    boolean fits = outputPadding.size() == window.rank();
    for (int i = 0; fits && i < window.rank(); i++) {
      fits = outputPadding.get(i) >= 0 && outputPadding.get(i) < window.stride().get(i);
    }
    Check.that(
        fits,
        op,
        "output padding from 0 to less than the stride " + window.stride(),
        outputPadding);
  }

  @Override
  public String name() {
    return "conv_transpose" + window.rank() + "d";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 2, 3);
    TensorSpec x = in.get(0);
    TensorSpec w = in.get(1);
    int rank = window.rank() + 2;
    Check.rank(name(), "input", x, rank);
    Check.floating(name(), "input", x);
    Check.rank(name(), "weights", w, rank);
    Check.sameType(name(), x, w);
    checkWeights(x.shape(), w.shape());
    long outputs = w.shape().dim(1) * groups;
    long[] out = x.shape().dims();
    out[1] = outputs;
    for (int i = 0; i < window.rank(); i++) {
      out[i + 2] = out(i, x);
    }
    if (in.size() == 3) {
      Check.sameType(name(), x, in.get(2));
      Check.shape(name(), "bias", in.get(2), Shape.of(outputs));
    }
    return List.of(x.withShape(Shape.of(out)));
  }

  private void checkWeights(Shape x, Shape w) {
    for (int i = 0; i < window.rank(); i++) {
      Check.that(
          w.dim(i + 2) == window.kernel().get(i),
          name(),
          "weights with kernel " + window.kernel(),
          w);
    }
    Check.that(x.dim(1) == w.dim(0), name(), Conv.channels(w.dim(0)), x);
    Check.that(w.dim(0) % groups == 0, name(), "input channels divisible by groups " + groups, w);
  }

  private long out(int i, TensorSpec x) {
    long in = x.shape().dim(i + 2);
    Check.that(in >= 1, name(), "at least one element in every spatial dimension", x);
    long out =
        (in - 1) * window.stride().get(i)
            - window.padBefore().get(i)
            - window.padAfter().get(i)
            + window.extent(i)
            + outputPadding.get(i);
    Check.that(out >= 0, name(), "padding that leaves an output, for input " + x, window);
    return out;
  }

  @Override
  public long multiplyAdds(List<TensorSpec> in) {
    return in.get(0).shape().size() * Conv.perOutput(in.get(1).shape());
  }

  @Override
  public List<Value> vjp(Vjp c) {
    Emit e = c.emit();
    Value x = c.in(0);
    Value w = c.in(1);
    Op plain = new ConvTranspose(window, outputPadding, groups, Activation.IDENTITY);
    Value g = activation.backward(e, () -> c.again(plain), c.out(0), c.grad(0));
    Value[] grads = new Value[c.inputs()];
    if (c.needs(0)) {
      grads[0] = e.apply(new Conv(window, groups, Activation.IDENTITY), g, w);
    }
    if (c.needs(1)) {
      grads[1] = e.apply(new ConvBackwardWeights(window, groups, w.spec().shape(), false), g, x);
    }
    if (c.inputs() == 3 && c.needs(2)) {
      grads[2] = Conv.sumOverAllButChannels(e, g);
    }
    return Vjp.grads(grads);
  }
}
