package dev.balboa.nn.op;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A tensor of any type with elements added before and after it on every axis. With {@link
 * PadMode#CONSTANT}, whose {@code value} is converted as by {@link Fill}, negative numbers crop.
 */
public record Pad(PadMode mode, List<Long> before, List<Long> after, double value)
    implements AxisOp {
  /** Copies the lists. */
  public Pad {
    before = List.copyOf(before);
    after = List.copyOf(after);
    Check.that(
        before.size() == after.size(),
        "pad",
        "as many numbers before as after",
        before + " and " + after);
  }

  @Override
  public String name() {
    return "pad";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 1);
    return List.of(in.get(0).withShape(outShape(name(), in.get(0).shape())));
  }

  Shape outShape(String op, Shape shape) {
    Check.that(
        shape.rank() == before.size(), op, "padding of " + shape.rank() + " axes", before.size());
    long[] dims = shape.dims();
    for (int i = 0; i < dims.length; i++) {
      long low = Math.min(before.get(i), after.get(i));
      long high = Math.max(before.get(i), after.get(i));
      boolean fits =
          switch (mode) {
            case CONSTANT -> Math.addExact(dims[i], Math.addExact(low, high)) >= 0;
            case REFLECT -> low >= 0 && (high == 0 || high < dims[i]);
            case EDGE -> low >= 0 && (high == 0 || dims[i] > 0);
            case CIRCULAR -> low >= 0 && high <= dims[i];
          };
      if (!fits) {
        throw Check.fail(
            op,
            "expected padding that "
                + mode
                + " allows on axis "
                + i
                + " of "
                + shape
                + ", got "
                + before.get(i)
                + " and "
                + after.get(i));
      }
      dims[i] += low + high;
    }
    return Shape.of(dims);
  }

  @Override
  public List<Value> vjp(Vjp c) {
    Shape shape = c.in(0).spec().shape();
    Value g = c.grad(0);
    if (mode != PadMode.CONSTANT) {
      return Vjp.grads(c.emit().apply(new PadBackward(this, shape), g));
    }
    boolean crops = before.stream().anyMatch(n -> n < 0) || after.stream().anyMatch(n -> n < 0);
    return Vjp.grads(c.emit().apply(crops ? opposite() : middle(shape), g));
  }

  /** Crops what this pads and pads what it crops. */
  private Pad opposite() {
    return new Pad(
        mode, before.stream().map(n -> -n).toList(), after.stream().map(n -> -n).toList(), 0);
  }

  /** The view of what was padded. */
  private Slice middle(Shape shape) {
    List<Long> stop = new ArrayList<>();
    for (int i = 0; i < before.size(); i++) {
      stop.add(before.get(i) + shape.dim(i));
    }
    return new Slice(before, stop, Collections.nCopies(before.size(), 1L));
  }
}
