package dev.balboa.nn.exec;

import dev.balboa.nn.backend.Backend;
import dev.balboa.nn.backend.Prepared;
import dev.balboa.nn.backend.PrimitiveCache;
import dev.balboa.nn.memory.Allocator;
import dev.balboa.nn.memory.Block;
import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.memory.Storage;
import dev.balboa.nn.op.Contiguous;
import dev.balboa.nn.op.InPlaceOp;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Value;
import dev.balboa.nn.op.ViewOp;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/**
 * Runs each operation at once on one backend. Results belong to the innermost open {@link Scope} of
 * the calling thread.
 *
 * <p>Thread rule: safe to share; each call works in the scope of its own thread.
 */
public final class EagerExecutor implements BaseExecutor {
  /** How many prepared operations are kept. */
  public static final int DEFAULT_CACHE_CAPACITY = 1024;

  private static final List<TensorSpec> NO_SPECS = List.of();

  private final Backend backend;
  private final PrimitiveCache cache;
  private final Interceptor interceptor;
  private final EagerExecutor next;
  private final Function<PrimitiveCache.Key, PrimitiveCache.Entry> prepare = this::prepare;

  /**
   * Runs on {@code backend} with a cache of {@link #DEFAULT_CACHE_CAPACITY} prepared operations.
   */
  public EagerExecutor(Backend backend) {
    this(backend, new PrimitiveCache(DEFAULT_CACHE_CAPACITY));
  }

  /** Runs on {@code backend} with this cache, which must serve no other backend. */
  public EagerExecutor(Backend backend, PrimitiveCache cache) {
    this(backend, cache, null, null);
  }

  private EagerExecutor(
      Backend backend, PrimitiveCache cache, Interceptor interceptor, EagerExecutor next) {
    this.backend = backend;
    this.cache = cache;
    this.interceptor = interceptor;
    this.next = next;
  }

  /** One that shares everything with this one, and hands each operation to {@code around}. */
  EagerExecutor intercepted(Interceptor around) {
    return new EagerExecutor(
        backend, cache, Objects.requireNonNull(around, "execution: interceptor"), this);
  }

  boolean isIntercepted() {
    return interceptor != null;
  }

  /** The backend. */
  public Backend backend() {
    return backend;
  }

  /** Metrics of the prepared operations. */
  public PrimitiveCache.Metrics cacheMetrics() {
    return cache.metrics();
  }

  @Override
  public List<Value> apply(Op op, List<Value> inputs) {
    if (interceptor != null) {
      return interceptor.apply(op, inputs, Execution.origin(), next);
    }
    return op instanceof ViewOp view ? List.of(view(view, inputs)) : compute(op, inputs);
  }

  /** The value itself, or a plain copy when its layout is another backend's own. */
  private ArrayValue readable(Op op, Value value) {
    if (!(value instanceof ArrayValue array)) {
      throw new CaptureException(
          op.name()
              + ": "
              + value.spec()
              + " belongs to a capture, whose tensors have no elements and serve only the function"
              + " that is captured, on its thread and until it returns");
    }
    if (array.storage().layout() instanceof Layout.Opaque o
        && !o.backend().equals(backend.name())) {
      return unpacked(array, o);
    }
    return array;
  }

  @Override
  public List<Value> host(
      String name, HostFunction function, List<TensorSpec> outputs, List<Value> inputs) {
    Scope target = Scope.current();
    List<Value> results = new ArrayList<>();
    MemorySegment[] in = new MemorySegment[inputs.size()];
    MemorySegment[] out = new MemorySegment[outputs.size()];
    Block[] used = new Block[in.length];
    int acquired = 0;
    try (var _ = Scope.open()) {
      for (int i = 0; i < out.length; i++) {
        Storage storage = dense(target, outputs.get(i));
        results.add(new ArrayValue(outputs.get(i), storage));
        out[i] = storage.segment().asSlice(0, outputs.get(i).byteSize());
      }
      try {
        for (; acquired < in.length; acquired++) {
          ArrayValue value = contiguous(readable(new Contiguous(), inputs.get(acquired)));
          value.storage().block().acquire();
          used[acquired] = value.storage().block();
          in[acquired] = value.storage().segment().asSlice(0, value.spec().byteSize());
        }
        function.run(in, out);
      } finally {
        while (--acquired >= 0) {
          used[acquired].release();
        }
      }
    }
    return results;
  }

  @Override
  public void requireBf16Arithmetic() {
    backend.requireBf16Arithmetic();
  }

  @Override
  public Value keepGradient(Value gradient, GradientMemory sweep) {
    ArrayValue own = contiguous((ArrayValue) gradient);
    Block block = own.storage().block();
    boolean whole = own.storage().offset() == 0 && own.isContiguous() && !block.isSealed();
    if (!(whole && block.isOwnedBy(sweep.scope()) && sweep.take(block))) {
      own = (ArrayValue) apply(new Contiguous(), List.of(own)).get(0);
      block = own.storage().block();
    }
    block.keep();
    return own;
  }

  private static ArrayValue unpacked(ArrayValue value, Layout.Opaque layout) {
    Storage target = dense(Scope.current(), value.spec());
    Block source = value.storage().block();
    source.acquire();
    try {
      layout.unpack(value.storage().segment(), target.segment());
    } finally {
      source.release();
    }
    return new ArrayValue(value.spec(), target);
  }

  private static Storage dense(Scope scope, TensorSpec spec) {
    return new Storage(
        scope.allocate(spec.byteSize()), Layout.Strided.contiguous(spec.shape().dims()));
  }

  private Value view(ViewOp op, List<Value> inputs) {
    TensorSpec out = op.infer(inputs.stream().map(Value::spec).toList()).get(0);
    ArrayValue input = readable(op, inputs.get(0));
    if (input.storage().layout() instanceof Layout.Strided strided) {
      input.storage().block().address();
      var view = op.view(input.spec(), strided);
      if (view.isPresent()) {
        if (isOpaque(inputs.get(0))) {
          input.storage().block().seal();
        }
        return seen(out, input.storage(), view.get());
      }
    }
    Storage plain = contiguous(input).storage();
    if (isOpaque(inputs.get(0))) {
      plain.block().seal();
    }
    return seen(out, plain, op.view(input.spec(), (Layout.Strided) plain.layout()).orElseThrow());
  }

  /** Whether a view of it is one of a copy. */
  private static boolean isOpaque(Value value) {
    return value instanceof ArrayValue array && array.storage().layout() instanceof Layout.Opaque;
  }

  private static ArrayValue seen(TensorSpec out, Storage whole, ViewOp.View view) {
    return new ArrayValue(out, whole.view(view.offset(), view.layout()));
  }

  /** A dense row-major value: the input itself if it is one, else a copy in the current scope. */
  public ArrayValue contiguous(ArrayValue input) {
    return input.isContiguous()
        ? input
        : (ArrayValue) compute(new Contiguous(), List.of(input)).get(0);
  }

  private List<Value> compute(Op op, List<Value> inputs) {
    int count = inputs.size();
    TensorSpec[] specs = new TensorSpec[count];
    Layout[] layouts = new Layout[count];
    Storage[] in = new Storage[count];
    for (int i = 0; i < count; i++) {
      ArrayValue value = readable(op, inputs.get(i));
      specs[i] = value.spec();
      in[i] = value.storage();
      layouts[i] = in[i].layout();
    }
    var key = new PrimitiveCache.Key(op, specs, layouts);
    ExecuteEvent event = ExecuteEvent.started();
    try (PrimitiveCache.Lease lease = cache.lease(key, prepare)) {
      if (op instanceof InPlaceOp inPlace) {
        runInPlace(inPlace, lease.entry().prepared(), in);
        return List.of();
      }
      return runOutOfPlace(lease.entry(), in);
    } finally {
      if (event != null) {
        event.operation = op.name();
        event.commit();
      }
    }
  }

  private PrimitiveCache.Entry prepare(PrimitiveCache.Key key) {
    Op op = key.op();
    List<TensorSpec> outputs = op.infer(key.inputs());
    outputs.forEach(TensorSpec::byteSize); // refuses what no memory could hold
    if (op instanceof InPlaceOp inPlace) {
      inPlace.checkWritable(key.inputs(), key.layouts());
      outputs = NO_SPECS;
    }
    PrepareEvent event = PrepareEvent.started();
    Prepared prepared = backend.prepare(op, key.inputs(), key.layouts(), outputs);
    if (event != null) {
      event.backend = backend.name();
      event.operation = op.name();
      event.inputs = key.inputs().toString();
      event.route = prepared.route();
      event.commit();
    }
    return new PrimitiveCache.Entry(prepared, outputs);
  }

  private static void runInPlace(InPlaceOp op, Prepared prepared, Storage[] in) {
    for (int i = 0; i < op.mutated(); i++) {
      if (in[i].block().isSealed()) {
        throw op.sealed(i);
      }
      for (int j = i + 1; j < in.length; j++) {
        if (in[i].block() == in[j].block()) {
          throw op.sharedMemory(i, j);
        }
      }
    }
    run(prepared, in, new Storage[0]);
    for (int i = 0; i < op.mutated(); i++) {
      in[i].block().bumpVersion();
    }
  }

  private static List<Value> runOutOfPlace(PrimitiveCache.Entry entry, Storage[] in) {
    List<TensorSpec> specs = entry.outputs();
    List<Layout> layouts = entry.prepared().outputLayouts();
    Scope scope = Scope.current();
    Storage[] out = new Storage[specs.size()];
    boolean done = false;
    try {
      for (int i = 0; i < out.length; i++) {
        out[i] = new Storage(scope.allocate(entry.bytes(i)), layouts.get(i));
      }
      run(entry.prepared(), in, out);
      done = true;
    } finally {
      for (int i = 0; i < out.length && !done; i++) {
        if (out[i] != null) {
          out[i].block().close();
        }
      }
    }
    if (out.length == 1) {
      return List.of(new ArrayValue(specs.get(0), out[0]));
    }
    List<Value> values = new ArrayList<>(out.length);
    for (int i = 0; i < out.length; i++) {
      values.add(new ArrayValue(specs.get(i), out[i]));
    }
    return values;
  }

  /** That of the innermost scope, whose limit and checks then cover scratch memory too. */
  private static Allocator allocator() {
    return Scope.isAnyOpen() ? Scope.current().allocator() : Allocator.shared();
  }

  private static void run(Prepared prepared, Storage[] in, Storage[] out) {
    int acquired = 0;
    long scratchBytes = prepared.scratchBytes();
    Block scratch = scratchBytes == 0 ? null : allocator().allocate(scratchBytes);
    try {
      for (; acquired < in.length; acquired++) {
        in[acquired].block().acquire();
      }
      prepared.run(in, out, scratch == null ? MemorySegment.NULL : scratch.segment());
    } finally {
      while (--acquired >= 0) {
        in[acquired].block().release();
      }
      if (scratch != null) {
        scratch.close();
      }
    }
  }
}
