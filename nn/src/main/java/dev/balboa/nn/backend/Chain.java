package dev.balboa.nn.backend;

import dev.balboa.nn.op.AvgPool;
import dev.balboa.nn.op.Contiguous;
import dev.balboa.nn.op.Conv;
import dev.balboa.nn.op.ConvBackwardData;
import dev.balboa.nn.op.ConvBackwardWeights;
import dev.balboa.nn.op.Linear;
import dev.balboa.nn.op.MaxPool;
import dev.balboa.nn.op.MaxPoolBackward;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.UnaryBackward;
import dev.balboa.nn.op.WinogradConv;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Operations in a row that treat the entries of the first axis, the batch, alone, so that a part of
 * the batch may go through all of them before the next part does. Values are numbered: first what
 * comes from outside, then the outputs of the links in their order. A value has entries of the
 * batch, or is shared by all of them (parameters), or is a sum over them (gradients of parameters),
 * which no link reads. A linear map reads entries as rows in row-major order, whatever their shape.
 *
 * @param inputs specs of what comes from outside; each is read in one place
 * @param links in order, at least one
 * @param results the values that are handed out, all sums among them
 */
public record Chain(List<TensorSpec> inputs, List<Link> links, List<Integer> results) {
  /** One operation on values by number. */
  public record Link(Op op, List<Integer> inputs, List<TensorSpec> outputs) {
    /** Keeps copies. */
    public Link {
      inputs = List.copyOf(inputs);
      outputs = List.copyOf(outputs);
    }
  }

  /** Keeps copies. */
  public Chain {
    inputs = List.copyOf(inputs);
    links = List.copyOf(links);
    results = List.copyOf(results);
  }

  /** Whether an operation treats entries alone, or sums them up. */
  public static boolean isLink(Op op) {
    return switch (op) {
      case Conv _, ConvBackwardData _, UnaryBackward _ -> true;
      case MaxPool _, MaxPoolBackward _, AvgPool _, Contiguous _ -> true;
      case WinogradConv w -> w.pooled();
      case ConvBackwardWeights w -> w.groups() == 1;
      default -> false;
    };
  }

  /** Whether an input of a link has entries of the batch; others are shared by all. */
  public static boolean isEntry(Op op, int input, int inputs) {
    return switch (op) {
      case Conv c -> input == 0 || (c.residual() && input == inputs - 1);
      case ConvBackwardData _, WinogradConv _ -> input == 0; // pooled, so without a residual
      case Linear l -> input == 0 || (l.residual() && input == inputs - 1);
      default -> true;
    };
  }

  /** Whether the outputs of a link are sums over the batch. */
  public static boolean sums(Op op) {
    return op instanceof ConvBackwardWeights;
  }

  /** The specs of all values. */
  public List<TensorSpec> values() {
    List<TensorSpec> all = new ArrayList<>(inputs);
    links.forEach(link -> all.addAll(link.outputs()));
    return all;
  }

  /** The number of the first output of a link. */
  public int firstOutput(int link) {
    return inputs.size() + links.subList(0, link).stream().mapToInt(l -> l.outputs().size()).sum();
  }

  /** Whether an input has entries of the batch. */
  public boolean isEntry(int input) {
    return links.stream()
        .filter(link -> link.inputs().contains(input))
        .anyMatch(link -> isEntry(link.op(), link.inputs().indexOf(input), link.inputs().size()));
  }

  /** For profiles and printed programs. */
  public String name() {
    return links.stream().map(link -> link.op().name()).collect(Collectors.joining(" + "));
  }

  /** Multiplications with an addition of all links. */
  public long multiplyAdds() {
    List<TensorSpec> values = values();
    return links.stream()
        .mapToLong(link -> link.op().multiplyAdds(link.inputs().stream().map(values::get).toList()))
        .sum();
  }
}
