package dev.balboa.nn.graph;

import dev.balboa.nn.exec.ArrayValue;
import dev.balboa.nn.exec.BaseExecutor;
import dev.balboa.nn.exec.CaptureException;
import dev.balboa.nn.exec.EagerExecutor;
import dev.balboa.nn.exec.GradientMemory;
import dev.balboa.nn.exec.HostFunction;
import dev.balboa.nn.memory.Allocator;
import dev.balboa.nn.memory.Block;
import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.memory.Storage;
import dev.balboa.nn.op.Contiguous;
import dev.balboa.nn.op.InPlaceOp;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Value;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Computes nothing: writes every operation down, with the specs that its shape rule gives. Tensors
 * that come from outside are taken by reference if they belong to no scope (parameters, optimizer
 * state), and copied as constants if they do.
 *
 * <p>Thread rule: belongs to the thread that captures.
 */
final class CaptureExecutor implements BaseExecutor {
  private record Place(Storage storage, TensorSpec spec) {}

  private final EagerExecutor eager;
  private final Allocator allocator;
  private final Map<Block, String> names;
  private final List<TensorSpec> specs = new ArrayList<>();
  private final List<Source> sources = new ArrayList<>();
  private final List<Node> nodes = new ArrayList<>();
  private final Map<Place, Symbol> held = new HashMap<>();
  private final List<Block> constants = new ArrayList<>();
  private int arguments;

  /**
   * @param eager copies constants
   * @param allocator of constants
   * @param names paths of parameters, for printing
   */
  CaptureExecutor(EagerExecutor eager, Allocator allocator, Map<Block, String> names) {
    this.eager = eager;
    this.allocator = allocator;
    this.names = names;
  }

  @Override
  public void requireBf16Arithmetic() {
    eager.requireBf16Arithmetic();
  }

  /** The next tensor that will be handed in at each run. */
  Symbol argument(TensorSpec spec) {
    Symbol symbol = symbol(spec);
    sources.add(new Source.Argument(symbol.number(), arguments++));
    return symbol;
  }

  /** What was captured, with these results. */
  Graph graph(List<Value> outputs) {
    List<Integer> numbers = outputs.stream().map(v -> number("capture", v)).toList();
    return new Graph(specs, sources, nodes, numbers);
  }

  /** The copies that were made of tensors in scopes; the caller closes them. */
  List<Block> constants() {
    return constants;
  }

  private Symbol symbol(TensorSpec spec) {
    specs.add(spec);
    return new Symbol(specs.size() - 1, spec, this);
  }

  @Override
  public List<Value> apply(Op op, List<Value> inputs) {
    List<TensorSpec> outputs = op.infer(inputs.stream().map(Value::spec).toList());
    outputs.forEach(TensorSpec::byteSize); // refuses what no memory could hold
    if (op instanceof InPlaceOp inPlace) {
      inputs.subList(0, inPlace.mutated()).forEach(v -> noteWrite(op, v));
      outputs = List.of();
    }
    List<Value> results = new ArrayList<>();
    List<Integer> in = inputs.stream().map(v -> number(op.name(), v)).toList();
    nodes.add(new Node.Apply(op, in, numbers(outputs, results)));
    return results;
  }

  /**
   * Raises the version, as running would, so that a gradient that needs the old value is refused.
   */
  private static void noteWrite(Op op, Value value) {
    if (value instanceof ArrayValue array) {
      if (!array.storage().block().isShared()) {
        throw new CaptureException(
            op.name()
                + ": a captured graph cannot write to "
                + array.spec()
                + ", which belongs to a scope; keep() it before");
      }
      array.storage().block().bumpVersion();
    }
  }

  private List<Integer> numbers(List<TensorSpec> outputs, List<Value> results) {
    List<Integer> numbers = new ArrayList<>();
    for (TensorSpec spec : outputs) {
      Symbol symbol = symbol(spec);
      results.add(symbol);
      numbers.add(symbol.number());
    }
    return numbers;
  }

  private int number(String op, Value value) {
    return switch (value) {
      case Symbol s when s.owner() == this -> s.number();
      case ArrayValue a ->
          held.computeIfAbsent(new Place(a.storage(), a.spec()), _ -> hold(a)).number();
      default ->
          throw new CaptureException(op + ": " + value + " belongs to another graph or has ended");
    };
  }

  private Symbol hold(ArrayValue value) {
    Block block = value.storage().block();
    ArrayValue data = block.isShared() ? value : constant(value);
    Symbol symbol = symbol(value.spec());
    sources.add(new Source.Held(symbol.number(), data, names.getOrDefault(block, "")));
    return symbol;
  }

  private ArrayValue constant(ArrayValue value) {
    ArrayValue dense = eager.contiguous(value);
    long bytes = value.spec().byteSize();
    Block copy = allocator.allocate(bytes);
    constants.add(copy);
    MemorySegment.copy(dense.storage().segment(), 0, copy.segment(), 0, bytes);
    Layout layout = Layout.Strided.contiguous(value.spec().shape().dims());
    return new ArrayValue(value.spec(), new Storage(copy, layout));
  }

  @Override
  public List<Value> host(
      String name, HostFunction function, List<TensorSpec> outputs, List<Value> inputs) {
    List<Value> results = new ArrayList<>();
    List<Integer> in = inputs.stream().map(v -> number(name, v)).toList();
    nodes.add(new Node.Host(name, function, in, numbers(outputs, results)));
    return results;
  }

  @Override
  public Value again(Value value) {
    if (!(value instanceof Symbol s)) {
      return value; // a parameter: what depends on it alone is computed once anyway
    }
    Symbol second = symbol(s.spec());
    nodes.add(new Node.Again(number("again", value), second.number()));
    return second;
  }

  /** The copy costs nothing where the plan finds that nobody else needs the memory. */
  @Override
  public Value keepGradient(Value gradient, GradientMemory sweep) {
    return apply(new Contiguous(), List.of(gradient)).get(0);
  }
}
