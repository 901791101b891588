package dev.balboa.nn.graph;

import dev.balboa.nn.backend.Backend;
import dev.balboa.nn.backend.Chain;
import dev.balboa.nn.backend.Prepared;
import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.memory.Storage;
import dev.balboa.nn.op.Contiguous;
import dev.balboa.nn.op.InPlaceOp;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.ViewOp;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Turns a graph into a program of one backend: prepares every operation, gives each value a place,
 * makes the copies between layouts explicit (each once, however many operations want it), and sets
 * apart what depends on parameters alone, which runs only when a parameter has changed.
 */
final class Lowering {
  private record Wish(int value, int version, Layout layout) {}

  private final Graph graph;
  private final Backend backend;
  private final CompileOptions options;
  private final Chains chains;
  private final Aliases aliases;
  private final int[] lastUse;

  /** For each piece of memory the last node that needs what is in it. */
  private final Map<Buffer, Integer> neededTo = new HashMap<>();

  private final Map<Integer, Place> places = new HashMap<>();
  private final Map<Wish, Place> copies = new HashMap<>();
  private final Map<Integer, Integer> versions = new HashMap<>();
  private final List<Step> preamble = new ArrayList<>();
  private final List<Step> main = new ArrayList<>();
  private final List<Buffer> buffers = new ArrayList<>();
  private final Fixed fixed;
  private int at;

  private Lowering(Graph graph, Backend backend, CompileOptions options) {
    this.options = options;
    this.chains = new Chains(graph);
    this.graph = graph;
    this.backend = backend;
    this.aliases = new Aliases(graph);
    this.fixed = new Fixed(graph, aliases);
    this.lastUse = lastUse(graph, aliases);
  }

  /** Lowers a graph; what was prepared is closed if it fails. */
  static Program lower(Graph graph, Backend backend, CompileOptions options) {
    Lowering lowering = new Lowering(graph, backend, options);
    boolean done = false;
    try {
      Program program = lowering.run();
      done = true;
      return program;
    } finally {
      if (!done) {
        Program.close(lowering.preamble);
        Program.close(lowering.main);
      }
    }
  }

  /** For each root, the last node that touches its memory; outputs are needed to the end. */
  private static int[] lastUse(Graph graph, Aliases aliases) {
    int[] last = new int[graph.specs().size()];
    for (int i = 0; i < graph.nodes().size(); i++) {
      int node = i;
      graph.nodes().get(i).inputs().forEach(v -> last[aliases.root(v)] = node);
    }
    graph.outputs().forEach(v -> last[aliases.root(v)] = Integer.MAX_VALUE);
    return last;
  }

  private Program run() {
    List<Place> arguments = new ArrayList<>();
    for (Source source : graph.sources()) {
      switch (source) {
        case Source.Argument a -> {
          Place place = fresh(false, graph.spec(a.value()));
          place.buffer().needAt(0);
          place.buffer().keepUnwritten();
          put(a.value(), place);
          arguments.add(place);
        }
        case Source.Held h -> {
          Storage storage = h.data().storage();
          Buffer buffer = Buffer.held(storage.block());
          put(h.value(), new Place(buffer, storage.offset(), storage.layout(), h.data().spec()));
        }
      }
    }
    for (at = 0; at < graph.nodes().size(); at++) {
      Node node = graph.nodes().get(at);
      boolean early = fixed.has(node);
      int chained = early || !options.chains() ? 0 : chain();
      if (chained > 0) {
        at += chained - 1;
        continue;
      }
      switch (node) {
        case Node.Host h -> host(h);
        case Node.Again a -> put(a.output(), places.get(a.input()));
        case Node.Apply(ViewOp op, var in, var out) -> view(op, in.get(0), out.get(0));
        case Node.Apply(Contiguous op, var in, var out) ->
            contiguous(op, in.get(0), out.get(0), early);
        case Node.Apply a -> apply(a, early);
      }
    }
    List<Place> results = new ArrayList<>();
    for (int value : graph.outputs()) {
      Place dense = dense(value);
      touch(dense, false);
      dense.buffer().needForever();
      results.add(dense);
    }
    return new Program(graph, backend.name(), preamble, main, arguments, results, buffers);
  }

  // ---- Nodes ----

  private void host(Node.Host node) {
    List<Place> in = node.inputs().stream().map(this::dense).toList();
    List<Place> out = new ArrayList<>();
    for (int value : node.outputs()) {
      Place place = fresh(false, graph.spec(value));
      put(value, place);
      out.add(place);
    }
    add(new Step(node.name(), null, new Step.Java(node.function()), in, out, null), false);
  }

  private void view(ViewOp op, int in, int out) {
    Place from = places.get(in);
    boolean shares = aliases.root(in) == aliases.root(out);
    boolean written = aliases.isMutated(in) || aliases.isMutated(out);
    boolean expressed =
        from.layout() instanceof Layout.Strided s && op.view(from.spec(), s).isPresent();
    if (written && shares && !expressed) {
      throw new IllegalArgumentException(
          op.name()
              + ": "
              + graph.spec(out)
              + " is written in place: expected memory in row-major order behind it, got "
              + from.layout()
              + "; copy() that before keeping it");
    }
    Place seen = from;
    if (written && !shares) {
      seen = copy(from, contiguous(from.spec()), fixed.has(out));
    } else if (!expressed) {
      seen = dense(in);
    }
    var view = op.view(seen.spec(), (Layout.Strided) seen.layout()).orElseThrow();
    put(out, seen(seen, view, graph.spec(out)));
  }

  private static Layout.Strided contiguous(TensorSpec spec) {
    return Layout.Strided.contiguous(spec.shape().dims());
  }

  private static Place seen(Place whole, ViewOp.View view, TensorSpec spec) {
    return new Place(whole.buffer(), whole.offset() + view.offset(), view.layout(), spec);
  }

  /** No copy where the input is dense already and nobody would notice. */
  private void contiguous(Contiguous op, int in, int out, boolean early) {
    Place from = places.get(in);
    boolean unwritten = !aliases.isMutated(in) && !aliases.isMutated(out);
    boolean handedOver = from.buffer().home == Buffer.Home.ARENA && isNeededNoMore(from.buffer());
    if (from.isDense() && from.buffer().home != Buffer.Home.HELD && (unwritten || handedOver)) {
      put(out, from);
    } else {
      apply(new Node.Apply(op, List.of(in), List.of(out)), early);
    }
  }

  private void apply(Node.Apply node, boolean early) {
    Op op = node.op();
    List<Integer> values = node.inputs();
    List<TensorSpec> specs = values.stream().map(graph::spec).toList();
    List<TensorSpec> outputs = node.outputs().stream().map(graph::spec).toList();
    List<Place> in = new ArrayList<>(values.stream().map(places::get).toList());
    if (op instanceof InPlaceOp o) {
      checkInPlace(o, node, specs, layouts(in));
    }
    Prepared prepared = backend.prepare(op, specs, layouts(in), outputs);
    if (grant(prepared, values, node.mutated().size(), in, early)) {
      prepared.close();
      prepared = backend.prepare(op, specs, layouts(in), outputs);
    }
    List<Place> out = new ArrayList<>();
    for (int i = 0; i < outputs.size(); i++) {
      Layout layout = prepared.outputLayouts().get(i);
      Place over = early || i > 0 ? null : overwritten(node, prepared, in, layout);
      Place place = over != null ? over : fresh(early, outputs.get(i), layout);
      put(node.outputs().get(i), place);
      out.add(place);
    }
    Step.Call call = new Step.Native(prepared);
    add(new Step(op.name(), op, call, List.copyOf(in), out, scratch(prepared, early)), early);
    node.outputs().stream().filter(aliases::isMutated).forEach(this::makeDense);
    node.mutated().forEach(v -> versions.merge(aliases.root(v), 1, Integer::sum));
  }

  /** Puts what is written in place into row-major order, by which views share memory. */
  private void makeDense(int value) {
    Place place = places.get(value);
    if (!place.isDense()) {
      put(value, copy(place, contiguous(place.spec()), false));
    }
  }

  /** Where an input is that nobody reads any more, if the output may take its place. */
  private Place overwritten(Node.Apply node, Prepared prepared, List<Place> in, Layout layout) {
    TensorSpec spec = graph.spec(node.outputs().getFirst());
    for (int i = 0; options.inPlace() && i < in.size(); i++) {
      Place place = in.get(i);
      boolean free =
          place.buffer().mayBeReused() && isNeededNoMore(place.buffer()) && prepared.overwrites(i);
      boolean alone =
          IntStream.range(0, in.size()).allMatch(j -> spares(prepared, j, in.get(j), place))
              && node.outputs().stream().noneMatch(aliases::isMutated);
      if (free && alone && place.spec().equals(spec) && place.layout().equals(layout)) {
        return place;
      }
    }
    return null;
  }

  /** Whether this node is the last to need any of the values in a buffer. */
  private boolean isNeededNoMore(Buffer buffer) {
    return neededTo.getOrDefault(buffer, Integer.MAX_VALUE) == at;
  }

  /** Whether an input is elsewhere, or read like the one in this place, which is overwritten. */
  private static boolean spares(Prepared prepared, int input, Place at, Place place) {
    return at.buffer() != place.buffer() || (at.equals(place) && prepared.overwrites(input));
  }

  /** Lowers operations in a row that the backend computes together; their number, or 0. */
  private int chain() {
    List<Node.Apply> nodes = chains.from(at);
    if (nodes.stream().anyMatch(n -> n.outputs().stream().anyMatch(aliases::isMutated))) {
      return 0;
    }
    for (; nodes.size() > 1; nodes = Chains.shorter(nodes)) {
      Chains.Found found = chains.of(at, nodes);
      List<Place> in = new ArrayList<>(found.inputs().stream().map(places::get).toList());
      if (in.contains(null)) {
        continue;
      }
      Optional<Prepared> prepared = backend.prepareChain(found.chain(), layouts(in));
      if (prepared.isPresent() && grant(prepared.get(), found.inputs(), 0, in, false)) {
        prepared.get().close();
        prepared = backend.prepareChain(found.chain(), layouts(in));
      }
      if (prepared.isPresent()) {
        add(found, prepared.get(), in);
        return nodes.size();
      }
    }
    return 0;
  }

  private void add(Chains.Found found, Prepared prepared, List<Place> in) {
    List<Place> out = new ArrayList<>();
    for (int i = 0; i < found.results().size(); i++) {
      int value = found.results().get(i);
      Place place = fresh(false, graph.spec(value), prepared.outputLayouts().get(i));
      out.add(place);
      if (value == found.rowMajor() && i == found.results().size() - 1) {
        places.putIfAbsent(value, place);
        int version = versions.getOrDefault(aliases.root(value), 0);
        copies.put(new Wish(value, version, place.layout()), place);
        need(place, value);
      } else {
        put(value, place);
      }
    }
    Chain chain = found.chain();
    Step.Call call = new Step.Chained(prepared, chain);
    Buffer scratch = scratch(prepared, false);
    add(new Step(chain.name(), null, call, List.copyOf(in), out, scratch), false);
  }

  private static List<Layout> layouts(List<Place> places) {
    return places.stream().map(Place::layout).toList();
  }

  private void checkInPlace(InPlaceOp op, Node node, List<TensorSpec> specs, List<Layout> layouts) {
    op.checkWritable(specs, layouts);
    for (int i = 0; i < op.mutated(); i++) {
      Buffer buffer = places.get(node.inputs().get(i)).buffer();
      if (buffer.home == Buffer.Home.HELD && buffer.block.isSealed()) {
        throw op.sealed(i);
      }
      int root = aliases.root(node.inputs().get(i));
      for (int j = i + 1; j < node.inputs().size(); j++) {
        if (root == aliases.root(node.inputs().get(j))) {
          throw op.sharedMemory(i, j);
        }
      }
    }
  }

  /**
   * Replaces inputs by copies in the layouts that were wished for; whether any was.
   *
   * @param mutated how many inputs, from the first on, stay where they are, since they are written
   */
  private boolean grant(
      Prepared prepared, List<Integer> values, int mutated, List<Place> in, boolean early) {
    boolean packs = options.packing() && !early && values.stream().anyMatch(fixed::has);
    List<Layout> packed = packs ? prepared.packedLayouts() : List.of();
    boolean worth = packs && !packed.isEmpty() && anyFixedDiffers(values, packed);
    List<Layout> wishes = worth ? packed : prepared.preferredLayouts();
    boolean any = false;
    for (int i = mutated; i < in.size(); i++) {
      int value = values.get(i);
      Place place = places.get(value);
      Layout wish = wishes.isEmpty() ? place.layout() : wishes.get(i);
      if (!wish.equals(place.layout())) {
        in.set(i, copied(value, place, wish));
        any = true;
      }
    }
    return any;
  }

  /** Whether a value that depends on parameters alone lies in another way than wished for. */
  private boolean anyFixedDiffers(List<Integer> values, List<Layout> wishes) {
    return IntStream.range(0, values.size())
        .anyMatch(i ->
            fixed.has(values.get(i)) && !wishes.get(i).equals(places.get(values.get(i)).layout()));
  }

  // ---- Places ----

  private void put(int value, Place place) {
    places.put(value, place);
    need(place, value);
  }

  /** Keeps what is in a place until the last node that may read it for this value. */
  private void need(Place place, int value) {
    neededTo.merge(place.buffer(), lastUse[aliases.root(value)], Math::max);
  }

  private Place dense(int value) {
    Place place = places.get(value);
    return place.isDense() ? place : copied(value, place, contiguous(place.spec()));
  }

  /** A value in another layout; the same copy for all who ask until the value is overwritten. */
  private Place copied(int value, Place from, Layout layout) {
    int version = versions.getOrDefault(aliases.root(value), 0);
    Place copy =
        copies.computeIfAbsent(
            new Wish(value, version, layout), _ -> copy(from, layout, fixed.has(value)));
    need(copy, value);
    return copy;
  }

  private Place copy(Place from, Layout layout, boolean early) {
    TensorSpec spec = from.spec();
    boolean dense = layout instanceof Layout.Strided s && s.isContiguous(spec.shape().dims());
    Prepared prepared =
        dense
            ? backend.prepare(
                new Contiguous(), List.of(spec), List.of(from.layout()), List.of(spec))
            : backend.relayout(spec, from.layout(), layout);
    Place to = fresh(early, spec, prepared.outputLayouts().get(0));
    Step.Call call = new Step.Native(prepared);
    Buffer scratch = scratch(prepared, early);
    add(new Step("reorder", null, call, List.of(from), List.of(to), scratch), early);
    return to;
  }

  private Buffer scratch(Prepared prepared, boolean early) {
    return prepared.scratchBytes() == 0 ? null : memory(early, prepared.scratchBytes());
  }

  private Place fresh(boolean early, TensorSpec spec) {
    return fresh(early, spec, contiguous(spec));
  }

  private Place fresh(boolean early, TensorSpec spec, Layout layout) {
    long bytes = layout instanceof Layout.Opaque o ? o.byteSize() : spec.byteSize();
    return new Place(memory(early, bytes), 0, layout, spec);
  }

  private Buffer memory(boolean early, long bytes) {
    Buffer buffer = early ? Buffer.packed(bytes) : Buffer.arena(bytes);
    buffers.add(buffer);
    return buffer;
  }

  private void add(Step step, boolean early) {
    List<Step> list = early ? preamble : main;
    list.add(step);
    step.inputs().forEach(p -> touch(p, early));
    step.outputs().forEach(p -> touch(p, early));
    if (step.scratch() != null) {
      step.scratch().needAt(list.size() - 1);
    }
  }

  private void touch(Place place, boolean early) {
    if (place.buffer().home == Buffer.Home.PACKED && !early) {
      place.buffer().needForever();
    } else {
      place.buffer().needAt(Math.max(0, (early ? preamble : main).size() - 1));
    }
  }
}
