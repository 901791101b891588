package dev.balboa.nn.graph;

import dev.balboa.nn.backend.Bound;
import dev.balboa.nn.exec.ArrayValue;
import dev.balboa.nn.exec.EagerExecutor;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.Gradients;
import dev.balboa.nn.memory.Allocator;
import dev.balboa.nn.memory.Block;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Value;
import dev.balboa.nn.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;

/**
 * A program with its memory: instances that run at once, and what they share, which is computed
 * from parameters whenever one has changed.
 *
 * <p>Thread rule: safe to share; {@link #close} is called when nothing runs.
 */
final class Executable implements AutoCloseable {
  private final Program program;
  private final Allocator allocator;
  private final List<Block> constants;
  private final Block packed;
  private final Bound[] preamble;

  /** All of them; its monitor guards both lists. */
  private final List<Instance> instances = new ArrayList<>();

  private final List<Instance> idle = new ArrayList<>();
  private final int most;
  private final Buckets buckets;
  private final Buckets.Padding padding;

  /** Versions of what the packed memory was computed from; {@code null} before the first time. */
  private volatile int[] packedVersions;

  private Executable(
      Program program,
      Allocator allocator,
      List<Block> constants,
      int instances,
      Buckets buckets,
      Buckets.Padding padding) {
    this.program = program;
    this.buckets = buckets;
    this.padding = padding;
    this.allocator = allocator;
    this.constants = constants;
    this.most = instances;
    this.packed = allocator.allocate(program.packedBytes());
    boolean done = false;
    Bound[] calls = null;
    try {
      calls = Instance.bind(program.preamble(), packed, packed);
      done = true;
    } finally {
      if (!done) {
        packed.close();
      }
    }
    this.preamble = calls;
  }

  /**
   * Captures a function of tensors and makes it ready on the backend in force.
   *
   * @param function called once, on symbols
   */
  static Executable capture(
      List<TensorSpec> arguments,
      Function<List<Tensor>, List<Tensor>> function,
      CompileOptions options) {
    EagerExecutor eager = Execution.current().eager();
    Allocator allocator = Scope.isAnyOpen() ? Scope.current().allocator() : Allocator.shared();
    Map<Block, String> names = new HashMap<>();
    options.names().forEach((path, p) -> names.put(block(p.data()), path));
    CaptureExecutor capture = new CaptureExecutor(eager, allocator, names);
    boolean done = false;
    Program program = null;
    CaptureEvent event = CaptureEvent.started();
    try {
      Graph traced = trace(capture, arguments, function);
      Buckets buckets = new Buckets(options.buckets());
      Buckets.Padding padding = buckets.follow(traced);
      program = Lowering.lower(options.optimize(traced, eager.backend()), eager.backend(), options);
      Executable made =
          new Executable(
              program, allocator, capture.constants(), options.instances(), buckets, padding);
      done = true;
      if (event != null) {
        event.shapes = program.shapes();
        event.calls = program.main().size();
        event.commit();
      }
      return made;
    } finally {
      if (!done) {
        capture.constants().forEach(Block::close);
        if (program != null) {
          program.close();
        }
      }
    }
  }

  private static Graph trace(
      CaptureExecutor capture,
      List<TensorSpec> arguments,
      Function<List<Tensor>, List<Tensor>> function) {
    try (var _ = Scope.open();
        var _ = Execution.on(capture)) {
      List<Tensor> symbols = new ArrayList<>();
      arguments.forEach(spec -> symbols.add(Tensor.of(capture.argument(spec))));
      return capture.graph(values(function.apply(symbols)));
    }
  }

  private static List<Value> values(List<Tensor> results) {
    Objects.requireNonNull(results, "compiled: the function returned null, not a list of results");
    List<Value> values = new ArrayList<>();
    for (Tensor result : results) {
      if (result == null) {
        throw new NullPointerException(
            "compiled: result " + values.size() + " of the function is null");
      }
      values.add(Gradients.withoutHistory(result.value()));
    }
    return values;
  }

  private static Block block(Tensor tensor) {
    return ((ArrayValue) Gradients.withoutHistory(tensor.value())).storage().block();
  }

  Program program() {
    return program;
  }

  /** The spec of a result for these arguments, which may be smaller than what was captured. */
  TensorSpec result(int index, Tensor[] arguments) {
    TensorSpec whole = program.results().get(index).spec();
    return buckets.isEmpty()
        ? whole
        : buckets.cut(
            whole,
            padding.results().get(index),
            Arrays.stream(arguments).map(Tensor::spec).toList());
  }

  /** Buckets that have to leave a size of 1 as it is; see {@link PaddedAxes#stretching}. */
  Set<Integer> stretching() {
    return padding.stretching();
  }

  /** Runs on an instance that is free, waiting for one if need be; see {@link Instance#run}. */
  void run(Tensor[] in, Tensor[] out, StepTimes times) {
    Instance instance = take();
    ProgramEvent event = ProgramEvent.started();
    try {
      pack();
      instance.run(in, out, times);
      if (event != null) {
        event.shapes = program.shapes();
        event.calls = program.main().size();
        event.arenaBytes = program.arenaBytes();
        event.commit();
      }
    } finally {
      give(instance);
    }
  }

  /** One that is free, a new one if there are fewer than there may be, or the next to come free. */
  private Instance take() {
    boolean interrupted = false;
    try {
      synchronized (instances) {
        while (idle.isEmpty() && instances.size() == most) {
          try {
            instances.wait();
          } catch (InterruptedException _) {
            interrupted = true;
          }
        }
        return idle.isEmpty() ? grow() : idle.removeLast();
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void give(Instance instance) {
    synchronized (instances) {
      idle.add(instance);
      instances.notify();
    }
  }

  private Instance grow() {
    Block arena = allocator.allocate(program.arenaBytes());
    boolean done = false;
    try {
      Instance instance = new Instance(program, arena, packed);
      instances.add(instance);
      done = true;
      return instance;
    } finally {
      if (!done) {
        arena.close();
      }
    }
  }

  /** Computes what depends on parameters alone, if one has changed since. */
  private void pack() {
    if (preamble.length == 0 || isFresh(packedVersions)) {
      return;
    }
    synchronized (preamble) {
      if (isFresh(packedVersions)) {
        return;
      }
      List<Block> from = program.packedFrom();
      int[] versions = new int[from.size()];
      int acquired = 0;
      try {
        for (; acquired < versions.length; acquired++) {
          from.get(acquired).acquire();
          versions[acquired] = from.get(acquired).version();
        }
        for (Bound call : preamble) {
          call.run();
        }
        packedVersions = versions;
      } finally {
        while (--acquired >= 0) {
          from.get(acquired).release();
        }
      }
    }
  }

  private boolean isFresh(int[] versions) {
    if (versions == null) {
      return false;
    }
    List<Block> from = program.packedFrom();
    for (int i = 0; i < versions.length; i++) {
      if (from.get(i).version() != versions[i]) {
        return false;
      }
    }
    return true;
  }

  /** Frees memory and prepared operations. */
  @Override
  public void close() {
    synchronized (instances) {
      instances.forEach(Instance::close);
    }
    for (Bound call : preamble) {
      call.close();
    }
    program.close();
    packed.close();
    constants.forEach(Block::close);
  }
}
