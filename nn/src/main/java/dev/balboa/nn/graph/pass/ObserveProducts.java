package dev.balboa.nn.graph.pass;

import dev.balboa.nn.graph.Graph;
import dev.balboa.nn.graph.Node;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Shows the input of every convolution and linear map on fixed weights to an observer, to find out
 * which numbers occur there. Adds calls back into Java and changes nothing else.
 */
public final class ObserveProducts implements Pass {
  /** Told of what goes into the products. */
  public interface Observer {
    /** The products of the graph that was captured now, by the names of their weights. */
    void products(List<String> names);

    /** The dense F32 elements that go into one of them, at each run. */
    void input(int product, MemorySegment elements);
  }

  private final Observer observer;

  /** Tells this observer. */
  public ObserveProducts(Observer observer) {
    this.observer = observer;
  }

  @Override
  public String name() {
    return "observe-products";
  }

  @Override
  public Graph apply(Graph graph) {
    QuantizableNodes products = new QuantizableNodes(graph);
    observer.products(products.names());
    Rewrite rewrite = new Rewrite(graph);
    for (Node node : graph.nodes()) {
      int product = products.nodes().indexOf(node);
      if (product >= 0) {
        List<Integer> in = List.of(node.inputs().get(0));
        rewrite.add(
            new Node.Host("observe", (data, _) -> observer.input(product, data[0]), in, List.of()));
      }
      rewrite.add(node);
    }
    return rewrite.build();
  }
}
