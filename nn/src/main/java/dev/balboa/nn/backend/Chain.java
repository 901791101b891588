package dev.balboa.nn.backend;

import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Operations in a row: each has one result, which is the first input of the next one and which
 * nobody else reads. Each treats the entries of the first axis, the batch, alone, so that a part of
 * the batch may go through all of them before the next part does.
 *
 * @param links in order, at least one
 */
public record Chain(List<Link> links) {
  /** One operation; the spec of its first input is that of the result before. */
  public record Link(Op op, List<TensorSpec> inputs, TensorSpec output) {
    /** Keeps a copy. */
    public Link {
      inputs = List.copyOf(inputs);
    }
  }

  /** Keeps a copy. */
  public Chain {
    links = List.copyOf(links);
  }

  /**
   * Specs of what comes from outside: all inputs of the first link, all but the first of others.
   */
  public List<TensorSpec> inputs() {
    List<TensorSpec> all = new ArrayList<>(links.getFirst().inputs());
    for (Link link : links.subList(1, links.size())) {
      all.addAll(link.inputs().subList(1, link.inputs().size()));
    }
    return all;
  }

  /** The spec of the result. */
  public TensorSpec output() {
    return links.getLast().output();
  }

  /** For profiles and printed programs. */
  public String name() {
    return links.stream().map(link -> link.op().name()).collect(Collectors.joining(" + "));
  }

  /** Multiplications with an addition of all links. */
  public long multiplyAdds() {
    return links.stream().mapToLong(link -> link.op().multiplyAdds(link.inputs())).sum();
  }
}
