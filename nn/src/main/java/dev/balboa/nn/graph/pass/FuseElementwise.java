package dev.balboa.nn.graph.pass;

import dev.balboa.nn.graph.Aliases;
import dev.balboa.nn.graph.Fixed;
import dev.balboa.nn.graph.Graph;
import dev.balboa.nn.graph.Node;
import dev.balboa.nn.op.Binary;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.ElementwiseChain;
import dev.balboa.nn.op.ElementwiseOp;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Unary;
import dev.balboa.nn.op.UnaryBackward;
import dev.balboa.nn.op.ViewOp;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Element-wise functions of F32 whose results only each other read become one {@link
 * ElementwiseChain}: one pass over memory, by the same loops. From each function on that nobody
 * takes, those whose results it reads join it, as long as they have its shape, nothing else reads
 * them, and the whole stays within what the native kernel takes and does fast. What depends on
 * parameters alone does not join what does not: it is computed when a parameter has changed, and
 * not at every run.
 */
public final class FuseElementwise implements Pass {
  private static final int MOST_LINKS = 16;
  private static final int MOST_INPUTS = 6;

  /** Below so many elements in a row, calling the loops takes longer than memory does. */
  private static final int SHORT_ROW = 64;

  /** A pass without settings. */
  public FuseElementwise() {}

  @Override
  public String name() {
    return "fuse-elementwise";
  }

  @Override
  public Graph apply(Graph graph) {
    return new Search(graph).run();
  }

  private static final class Search {
    private final Graph graph;
    private final Consumers consumers;
    private final int[] uses;
    private final Fixed fixed;
    private final Map<Node, Integer> places = new HashMap<>();
    private final Set<Node> taken = new HashSet<>();
    private final Map<Node, Node.Apply> chains = new HashMap<>();

    Search(Graph graph) {
      this.graph = graph;
      this.consumers = new Consumers(graph);
      this.uses = graph.uses();
      this.fixed = new Fixed(graph, new Aliases(graph));
      graph.nodes().forEach(node -> places.put(node, places.size()));
    }

    Graph run() {
      for (Node node : graph.nodes().reversed()) {
        if (isLink(node) && !taken.contains(node)) {
          chainUpTo((Node.Apply) node);
        }
      }
      if (chains.isEmpty()) {
        return graph;
      }
      Rewrite rewrite = new Rewrite(graph);
      for (Node node : graph.nodes()) {
        if (!taken.contains(node)) {
          Node.Apply chain = chains.get(node);
          rewrite.add(chain == null ? node : chain);
        }
      }
      return rewrite.build();
    }

    private boolean isLink(Node node) {
      return node instanceof Node.Apply a
          && (a.op() instanceof Unary
              || a.op() instanceof Binary
              || a.op() instanceof UnaryBackward)
          && spec(a).dtype() == DType.F32
          && spec(a).shape().size() > 0;
    }

    private TensorSpec spec(Node.Apply node) {
      return graph.spec(node.outputs().get(0));
    }

    /** Takes all that can be computed together with a node, in the order of the graph. */
    private void chainUpTo(Node.Apply last) {
      TreeMap<Integer, Node.Apply> members = new TreeMap<>(Map.of(places.get(last), last));
      boolean grown = true;
      while (grown && members.size() < MOST_LINKS) {
        grown = false;
        for (int value : outside(members.values())) {
          if (consumers.producer(value) instanceof Node.Apply before
              && joins(before, value, last, members)) {
            members.put(places.get(before), before);
            grown = true;
            break;
          }
        }
      }
      if (members.size() > 1 && !hasShortRows(members.values(), spec(last).shape())) {
        chains.put(last, chain(List.copyOf(members.values())));
        members.remove(places.get(last));
        taken.addAll(members.values());
      }
    }

    private boolean joins(
        Node.Apply node, int value, Node.Apply last, Map<Integer, Node.Apply> members) {
      long reads =
          members.values().stream()
              .flatMap(m -> m.inputs().stream())
              .filter(v -> v == value)
              .count();
      if (!isLink(node)
          || !spec(node).equals(spec(last))
          || reads != uses[value]
          || !consumers.mayMove(node, value)
          || fixed.has(value) != fixed.has(last)) {
        return false;
      }
      List<Node.Apply> more = new ArrayList<>(members.values());
      more.add(node);
      return outside(more).size() <= MOST_INPUTS;
    }

    /** Whether views are read that the kernel would have to walk in rows of a few elements. */
    private boolean hasShortRows(Iterable<Node.Apply> members, Shape shape) {
      return shape.rank() > 0
          && shape.dim(-1) < SHORT_ROW
          && outside(members).stream()
              .anyMatch(v ->
                  consumers.producer(v) instanceof Node.Apply a
                      && a.op() instanceof ViewOp
                      && graph.spec(v).shape().size() > 1);
    }

    /** What nodes read that none of them makes, each once. */
    private static Set<Integer> outside(Iterable<Node.Apply> nodes) {
      Set<Integer> read = new LinkedHashSet<>();
      nodes.forEach(node -> read.addAll(node.inputs()));
      nodes.forEach(node -> node.outputs().forEach(read::remove));
      return read;
    }

    private static Node.Apply chain(List<Node.Apply> members) {
      List<Integer> inputs = List.copyOf(outside(members));
      Map<Integer, Integer> operands = new HashMap<>();
      for (int i = 0; i < inputs.size(); i++) {
        operands.put(inputs.get(i), i);
      }
      List<ElementwiseChain.Link> links = new ArrayList<>();
      for (Node.Apply member : members) {
        List<Integer> from = member.inputs().stream().map(operands::get).toList();
        operands.put(member.outputs().get(0), ~links.size());
        links.add(new ElementwiseChain.Link((ElementwiseOp) member.op(), from));
      }
      return new Node.Apply(new ElementwiseChain(links), inputs, members.getLast().outputs());
    }
  }
}
