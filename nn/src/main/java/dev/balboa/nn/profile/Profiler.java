package dev.balboa.nn.profile;

import dev.balboa.nn.exec.ArrayValue;
import dev.balboa.nn.exec.EagerExecutor;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.Origin;
import dev.balboa.nn.memory.Allocator;
import dev.balboa.nn.memory.Block;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Measures the operations of this thread until it is closed, a backward pass and optimizer steps
 * included:
 *
 * <pre>{@code
 * try (Profiler profiler = Profiler.start()) {
 *   trainer.fit(data, 1);
 *   System.out.println(profiler.profile().table(Profile.Grouping.LAYER));
 *   ChromeTrace.write(Path.of("trace.json"), profiler.profile());
 * }
 * }</pre>
 *
 * <p>Operations of a backward pass are counted for the layer that made the operation whose
 * derivative they are. Operations do not contain each other, so times add up. A first call also
 * prepares its operation: {@link #reset} after a few steps leaves that out.
 *
 * <p>While it measures, the peak of the {@linkplain Allocator#resetPeak allocator} is reset before
 * each operation. Threads without a profiler pay nothing.
 *
 * <p>Thread rule: for the thread that started it.
 */
public final class Profiler implements AutoCloseable {
  /** How many single operations are kept for the trace; later ones are only added up. */
  public static final int MAX_EVENTS = 1_000_000;

  private record Key(String layer, String operation) {}

  private static final class Sum {
    long calls;
    long forward;
    long backward;
    long bytes;
    long peak;
  }

  private final Map<Key, Sum> sums = new HashMap<>();
  private final List<TraceEvent> events = new ArrayList<>();
  private long start = System.nanoTime();
  private final Execution.Frame frame = Execution.intercept(this::measure);

  private Profiler() {}

  /** Begins to measure. */
  public static Profiler start() {
    return new Profiler();
  }

  private List<Value> measure(Op op, List<Value> inputs, Origin origin, EagerExecutor next) {
    Allocator allocator = Scope.isAnyOpen() ? Scope.current().allocator() : Allocator.shared();
    allocator.resetPeak();
    long begin = System.nanoTime();
    List<Value> outputs = next.apply(op, inputs);
    long nanos = System.nanoTime() - begin;
    Sum sum = sums.computeIfAbsent(new Key(origin.place(), op.name()), _ -> new Sum());
    sum.calls++;
    if (origin.isBackward()) {
      sum.backward += nanos;
    } else {
      sum.forward += nanos;
    }
    sum.bytes += allocated(inputs, outputs);
    sum.peak = Math.max(sum.peak, allocator.peakBytes());
    if (events.size() < MAX_EVENTS) {
      List<TensorSpec> specs = inputs.stream().map(Value::spec).toList();
      events.add(new TraceEvent(op, specs, origin, begin - start, nanos, allocator.liveBytes()));
    }
    return outputs;
  }

  /** The memory of results that are no views of an input. */
  private static long allocated(List<Value> inputs, List<Value> outputs) {
    long bytes = 0;
    for (Value output : outputs) {
      Block block = ((ArrayValue) output).storage().block();
      boolean isNew = true;
      for (Value input : inputs) {
        isNew &= ((ArrayValue) input).storage().block() != block;
      }
      bytes += isNew ? block.byteSize() : 0;
    }
    return bytes;
  }

  /** What has been measured so far. */
  public Profile profile() {
    List<ProfileEntry> entries = new ArrayList<>();
    sums.forEach((key, sum) ->
        entries.add(
            new ProfileEntry(
                key.layer,
                key.operation,
                sum.calls,
                sum.forward,
                sum.backward,
                sum.bytes,
                sum.peak)));
    return new Profile(entries, System.nanoTime() - start, events);
  }

  /** Forgets what has been measured so far. */
  public void reset() {
    sums.clear();
    events.clear();
    start = System.nanoTime();
  }

  /**
   * Measures no more; {@link #profile} stays.
   *
   * @throws IllegalStateException on another thread, or when a block of {@link Execution} that was
   *     opened later is still open
   */
  @Override
  public void close() {
    frame.close();
  }
}
