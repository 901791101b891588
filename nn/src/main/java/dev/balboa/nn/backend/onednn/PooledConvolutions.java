package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.DataType;
import dev.balboa.bindings.FormatTag;
import dev.balboa.bindings.MemoryDesc;
import dev.balboa.bindings.PanelLinear;
import dev.balboa.bindings.PooledChain;
import dev.balboa.bindings.PooledConvolution;
import dev.balboa.nn.backend.Chain;
import dev.balboa.nn.backend.Prepared;
import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.op.Contiguous;
import dev.balboa.nn.op.Conv;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Linear;
import dev.balboa.nn.op.MaxPool;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Window;
import dev.balboa.nn.op.WinogradConv;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Chains of convolutions that are each followed by a max pooling, by kernels that compute both:
 * what is pooled away never leaves a thread's cache, and what no window sees is not computed.
 * Pictures have their channels last between the links, where they are parts of the batch that stay
 * in a thread's cache. Linear maps behind them read weights that were brought into that order of
 * channels, and each thread applies them to the pictures that it made itself.
 *
 * <p>The kernels are written for the registers of AVX-512. Where the processor has others, oneDNN's
 * convolutions are faster, and there is no such chain.
 */
final class PooledConvolutions {
  /** Links that a chain of the kernels may have at most. */
  private static final int MOST = 16;

  /** Of weights of a linear map, all of which each thread reads. */
  private static final long MOST_BYTES = 4 << 20;

  private PooledConvolutions() {}

  /**
   * A convolution with its pooling, or a linear map.
   *
   * @param inputs numbers of the picture, the weights and maybe the bias in the chain
   * @param weights how the weights lie
   * @param picture what it reads
   */
  private record Pair(
      PooledChain.Link link, List<Integer> inputs, MemoryDesc weights, TensorSpec picture) {
    boolean isLinear() {
      return link.kind() == PooledChain.Kind.LINEAR;
    }
  }

  /** Plans the chain if the kernels serve all of it. */
  static Optional<Prepared> prepare(Chain chain, List<Layout> layouts) {
    List<Pair> pairs = Processor.hasWideKernels() ? pairs(chain) : List.of();
    return pairs.isEmpty() ? Optional.empty() : Optional.of(plan(chain, layouts, pairs));
  }

  /** The pairs that a chain consists of; none if it has other links, or results before the end. */
  private static List<Pair> pairs(Chain chain) {
    int all = chain.links().size();
    int end = all - (isRowMajor(chain) ? 1 : linear(chain));
    if (all > MOST || !chain.results().equals(List.of(chain.values().size() - 1))) {
      return List.of();
    }
    List<Pair> pairs = new ArrayList<>();
    int links = 0;
    while (links < end) {
      Op op = chain.links().get(links).op();
      int next = links + (op instanceof WinogradConv ? 1 : 2);
      boolean follows = next <= end && (links == 0 || reads(chain, links, links - 1));
      Optional<Pair> pair = follows ? pair(chain, links) : Optional.empty();
      if (pair.isEmpty()) {
        return List.of();
      }
      pairs.add(pair.get());
      links = next;
    }
    for (; links < all && !isRowMajor(chain); links++) {
      Optional<Pair> map = reads(chain, links, links - 1) ? map(chain, links) : Optional.empty();
      if (map.isEmpty()) {
        return List.of();
      }
      pairs.add(map.get());
    }
    return pairs;
  }

  /** How many linear maps there are; they are at the end. */
  private static int linear(Chain chain) {
    return (int) chain.links().stream().filter(link -> link.op() instanceof Linear).count();
  }

  private static boolean isRowMajor(Chain chain) {
    return chain.links().getLast().op() instanceof Contiguous;
  }

  /** Whether a link has the result of another one as its first input. */
  private static boolean reads(Chain chain, int link, int from) {
    return chain.links().get(link).inputs().getFirst() == chain.firstOutput(from);
  }

  /** The pair that begins with this link. */
  private static Optional<Pair> pair(Chain chain, int i) {
    Chain.Link first = chain.links().get(i);
    List<TensorSpec> values = chain.values();
    TensorSpec x = values.get(first.inputs().get(0));
    TensorSpec w = values.get(first.inputs().get(1));
    if (x.dtype() != DType.F32 || x.shape().size() == 0 || w.shape().size() == 0) {
      return Optional.empty();
    }
    boolean bias = first.inputs().size() == 3;
    if (first.op() instanceof WinogradConv op) {
      PooledChain.Link link = WinogradOps.kernel(op, x, false).link(bias);
      return Optional.of(new Pair(link, first.inputs(), Mds.contiguous(w), x));
    }
    Chain.Link second = chain.links().get(i + 1);
    if (!reads(chain, i + 1, i)
        || !(first.op() instanceof Conv conv && serves(conv))
        || !(second.op() instanceof MaxPool pool && serves(pool))) {
      return Optional.empty();
    }
    PooledConvolution kernel =
        PooledConvolution.of(
            x.shape().dims(),
            w.shape().dims(),
            Windows.of(conv.window()),
            plane(first.outputs().getFirst()),
            Windows.kernel(pool.window()),
            Windows.of(pool.window()),
            plane(second.outputs().getFirst()),
            conv.activation().isRelu());
    MemoryDesc md = MemoryDesc.tagged(DataType.F32, w.shape().dims(), FormatTag.BLOCKED_OHWI32O);
    return kernel.fits()
        ? Optional.of(new Pair(kernel.link(bias), first.inputs(), md, x))
        : Optional.empty();
  }

  /** The linear map that a link is. */
  private static Optional<Pair> map(Chain chain, int i) {
    Chain.Link link = chain.links().get(i);
    List<TensorSpec> values = chain.values();
    TensorSpec x = values.get(link.inputs().get(0));
    TensorSpec w = values.get(link.inputs().get(1));
    Linear op = (Linear) link.op();
    if (x.dtype() != DType.F32
        || !op.activation().isAtMostRelu()
        || w.shape().size() == 0
        || w.byteSize() > MOST_BYTES) {
      return Optional.empty();
    }
    long filters = w.shape().dim(0);
    PanelLinear kernel =
        PanelLinear.of(x.shape().dim(0), w.shape().dim(1), filters, op.activation().isRelu());
    Shape entry = x.shape().rank() == 4 ? x.shape() : Shape.of(1, w.shape().dim(1), 1, 1);
    MemoryDesc md =
        MemoryDesc.tagged(DataType.F32, entry.with(0, filters).dims(), FormatTag.BLOCKED_OHWI32O);
    return Optional.of(new Pair(kernel.link(link.inputs().size() == 3), link.inputs(), md, x));
  }

  private static boolean serves(Conv conv) {
    return conv.window().rank() == 2
        && conv.groups() == 1
        && conv.activation().isAtMostRelu()
        && !conv.residual();
  }

  private static boolean serves(MaxPool pool) {
    Window window = pool.window();
    return !pool.workspace()
        && !window.ceil()
        && window.dilation().equals(Collections.nCopies(2, 1));
  }

  private static long[] plane(TensorSpec spec) {
    return spec.shape().slice(2, 4).dims();
  }

  private static Plan plan(Chain chain, List<Layout> layouts, List<Pair> pairs) {
    TensorSpec y = chain.values().getLast();
    boolean rowMajor = isRowMajor(chain);
    PooledChain kernel = PooledChain.of(pairs.stream().map(Pair::link).toList(), rowMajor);
    Op op = chain.links().getFirst().op();
    try (PlanBuilder b = new PlanBuilder(op, chain.inputs(), layouts, List.of(y))) {
      List<Operand> operands = new ArrayList<>();
      Pair first = pairs.getFirst();
      operands.add(b.input(first.inputs().getFirst(), Mds.channelsLast(first.picture())));
      boolean dense = rowMajor || pairs.getLast().isLinear();
      operands.add(dense ? b.denseOutput(0) : b.output(0, Mds.channelsLast(y)));
      operands.add(b.scratch(MemoryDesc.contiguous(DataType.U8, kernel.scratchBytes())));
      for (Pair pair : pairs) {
        int weights = pair.inputs().get(1);
        operands.add(
            pair.isLinear()
                ? b.input(weights, new PackedFilters(pair.weights(), b.spec(weights)))
                : b.input(weights, pair.weights()));
        if (pair.link().bias()) {
          operands.add(b.denseInput(pair.inputs().get(2)));
        }
      }
      b.call(() -> step(kernel), operands);
      return b.build();
    }
  }

  /** Its arguments are those of one run at a time. */
  private static Step step(PooledChain kernel) {
    MemorySegment arguments = kernel.newArguments();
    return buffers -> kernel.run(arguments, buffers);
  }
}
