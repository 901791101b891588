package dev.balboa.nn.layer;

import dev.balboa.nn.exec.EagerExecutor;
import dev.balboa.nn.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * The multiply-adds of each layer of a model for one input, without those of its children, counted
 * while the model computes on specs.
 */
final class LayerCosts implements LayerObserver {
  /** A layer that is computing: what was counted before it, and by its children. */
  private static final class Frame {
    final long before;
    long children;

    Frame(long before) {
      this.before = before;
    }
  }

  private final SpecBackend specs = new SpecBackend();
  private final Map<Layer, Long> own = new HashMap<>();
  private final Deque<Frame> frames = new ArrayDeque<>();

  /** Computes nothing, and counts. */
  EagerExecutor executor() {
    return new EagerExecutor(specs);
  }

  @Override
  public void before(Layer layer) {
    frames.push(new Frame(specs.multiplyAdds()));
  }

  @Override
  public void after(Layer layer, Tensor output) {
    Frame frame = frames.pop();
    long all = specs.multiplyAdds() - frame.before;
    own.merge(layer, all - frame.children, Long::sum);
    if (!frames.isEmpty()) {
      frames.peek().children += all;
    }
  }

  /** Those of each layer itself, at all its calls. */
  Map<Layer, Long> own() {
    return own;
  }
}
