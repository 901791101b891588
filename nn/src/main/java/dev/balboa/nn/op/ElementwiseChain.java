package dev.balboa.nn.op;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Element-wise functions in a row as one: each link reads inputs or results of links before it, all
 * broadcast to one shape, and the last result comes out. Every result is rounded to the type of the
 * inputs, as if the links were applied one after the other (BF16 is computed in F32 and rounded at
 * the end); what is saved is the way of what lies between through memory. Captured graphs have
 * them.
 *
 * @param links in order, at least one
 */
public record ElementwiseChain(List<Link> links) implements ElementwiseOp {
  /**
   * One function.
   *
   * @param op a {@link Unary}, {@link Binary} or {@link UnaryBackward}
   * @param operands of each operand the number of the input, or {@code ~j} for the result of link j
   */
  public record Link(ElementwiseOp op, List<Integer> operands) {
    /** Copies the list and checks that the function can be a link. */
    public Link {
      operands = List.copyOf(operands);
      Check.that(
          op instanceof Unary || op instanceof Binary || op instanceof UnaryBackward,
          "chain",
          "functions of one or two variables",
          op.name());
      int count = op instanceof Unary ? 1 : 2;
      Check.that(operands.size() == count, "chain", count + " operands of " + op.name(), operands);
    }
  }

  /** Copies the list and checks that links read what is there. */
  public ElementwiseChain {
    links = List.copyOf(links);
    Check.that(!links.isEmpty(), "chain", "at least one link", "none");
    for (int i = 0; i < links.size(); i++) {
      for (int operand : links.get(i).operands()) {
        Check.that(operand >= 0 || ~operand < i, "chain", "links before link " + i, ~operand);
      }
    }
  }

  @Override
  public String name() {
    return links.stream().map(link -> link.op().name()).collect(Collectors.joining("_"));
  }

  /** How many inputs there are. */
  public int inputs() {
    return 1
        + links.stream()
            .flatMap(link -> link.operands().stream())
            .mapToInt(Integer::intValue)
            .max()
            .orElse(0);
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, Math.max(1, inputs()));
    List<TensorSpec> results = new ArrayList<>();
    for (Link link : links) {
      List<TensorSpec> operands =
          link.operands().stream().map(o -> o >= 0 ? in.get(o) : results.get(~o)).toList();
      operands.forEach(spec -> Check.floating(name(), "operand", spec));
      Check.sameType(name(), operands.getFirst(), operands.getLast());
      Shape.broadcast(name(), operands.getFirst().shape(), operands.getLast().shape());
      results.add(link.op().infer(operands).get(0));
    }
    return List.of(results.getLast());
  }

  @Override
  public List<Value> vjp(Vjp c) {
    List<Value> in = IntStream.range(0, c.inputs()).mapToObj(c::in).toList();
    return c.pullback(this::apply, in, c.grad(0));
  }

  private Value apply(Emit e, List<Value> in) {
    List<Value> results = new ArrayList<>();
    for (Link link : links) {
      Value[] operands =
          link.operands().stream()
              .map(o -> o >= 0 ? in.get(o) : results.get(~o))
              .toArray(Value[]::new);
      results.add(e.apply(link.op(), operands));
    }
    return results.getLast();
  }
}
