package dev.balboa.nn.graph;

import dev.balboa.nn.exec.ArrayValue;
import dev.balboa.nn.exec.CaptureException;
import dev.balboa.nn.exec.EagerExecutor;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.Gradients;
import dev.balboa.nn.memory.Block;
import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.memory.Storage;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Value;
import dev.balboa.nn.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;

/**
 * A function of tensors that is captured once for each combination of argument shapes and then
 * replayed as a planned program:
 *
 * <pre>{@code
 * try (Compiled compiled = model.compile()) {
 *   Tensor y = compiled.run(x);
 * }
 * }</pre>
 *
 * <p>The function runs once per shape, on tensors without elements; whatever it does besides
 * operations (Java control flow, numbers it computes) is decided then for good. Tensors that it
 * finds outside are read anew at each run if they belong to no scope, as parameters do, and copied
 * as constants otherwise. Asking for elements is refused with the line that did it.
 *
 * <p>Ownership: results belong to the innermost scope; the caller closes this, which frees the
 * programs. Parameters stay the model's; running after they are closed throws {@link
 * IllegalStateException}.
 *
 * <p>Thread rule: any number of threads may run it. {@link #close} waits for nobody: while a run is
 * under way it throws and closes nothing.
 */
public final class Compiled implements AutoCloseable {
  private final Function<List<Tensor>, List<Tensor>> function;
  private final CompileOptions options;
  private final EagerExecutor eager;
  private final ShapeCache<Executable> programs;
  private final Buckets buckets;

  private Compiled(Function<List<Tensor>, List<Tensor>> function, CompileOptions options) {
    this.function = Objects.requireNonNull(function, "compiled: function");
    this.options = Objects.requireNonNull(options, "compiled: options");
    this.eager = Execution.current().eager();
    if (options.mixedPrecision()) {
      eager.backend().requireBf16Arithmetic();
    }
    this.programs = new ShapeCache<>(options.shapes(), this::capture);
    this.buckets = new Buckets(options.buckets());
  }

  /** A function, to run as in inference and without gradients on the backend now in force. */
  public static Compiled of(Function<List<Tensor>, List<Tensor>> function, CompileOptions options) {
    Objects.requireNonNull(function, "compiled: function");
    return asWritten(
        in -> {
          try (var _ = Execution.inference();
              var _ = Execution.noGrad()) {
            return function.apply(in);
          }
        },
        options);
  }

  /**
   * A function that says itself, in blocks of {@link Execution}, whether it trains and records; on
   * the backend now in force.
   */
  public static Compiled asWritten(
      Function<List<Tensor>, List<Tensor>> function, CompileOptions options) {
    return new Compiled(function, options);
  }

  private Executable capture(List<TensorSpec> specs) {
    try (var _ = Execution.on(eager)) {
      return Executable.capture(specs, function, options);
    }
  }

  /** The program for these arguments, captured if there is none. */
  private ShapeCache.Lease<Executable> lease(Tensor[] arguments) {
    return buckets.isEmpty()
        ? programs.lease(arguments)
        : lease(Arrays.stream(arguments).map(Tensor::spec).toList());
  }

  private ShapeCache.Lease<Executable> lease(List<TensorSpec> arguments) {
    List<TensorSpec> up = buckets.roundUp(arguments);
    ShapeCache.Lease<Executable> lease = programs.lease(up);
    Set<Integer> stretching = lease.value().stretching();
    if (stretching.isEmpty()) {
      return lease;
    }
    List<TensorSpec> exact = buckets.roundUp(arguments, stretching);
    if (exact.equals(up)) {
      return lease;
    }
    lease.close();
    return programs.lease(exact);
  }

  /**
   * The first result for one argument.
   *
   * @throws IllegalStateException if the function has no results
   */
  public Tensor run(Tensor x) {
    Tensor[] results = run(new Tensor[] {x});
    if (results.length == 0) {
      throw new IllegalStateException(
          "compiled: expected a function with results, got one without, for run(Tensor[])");
    }
    return results[0];
  }

  /** All results, in the innermost scope. */
  public Tensor[] run(Tensor... arguments) {
    Tensor[] dense = dense(arguments);
    try (var lease = lease(dense)) {
      Executable program = lease.value();
      Tensor[] results = new Tensor[program.program().results().size()];
      for (int i = 0; i < results.length; i++) {
        results[i] = empty(program.result(i, dense));
      }
      program.run(dense, results, null);
      return results;
    }
  }

  /**
   * Writes all results over dense tensors of their specs; allocates nothing once the shape is
   * known.
   *
   * @param results {@code null} if nobody wants them
   */
  public void runInto(Tensor[] arguments, Tensor[] results) {
    Tensor[] dense = dense(arguments);
    ShapeCache.Lease<Executable> lease = lease(dense);
    try {
      Executable program = lease.value();
      if (results != null) {
        checkResults(program, dense, results);
      }
      program.run(dense, results, null);
    } finally {
      lease.close();
    }
  }

  private static void checkResults(Executable program, Tensor[] arguments, Tensor[] results) {
    int count = program.program().results().size();
    if (results.length != count) {
      throw new IllegalArgumentException(
          "compiled: expected " + count + " results, got " + results.length);
    }
    for (int i = 0; i < count; i++) {
      TensorSpec expected = program.result(i, arguments);
      TensorSpec got = present("result", i, results).spec();
      if (!got.equals(expected) || !isDense(results[i])) {
        throw new IllegalArgumentException(
            "compiled: expected result "
                + i
                + " as a dense "
                + expected
                + ", got "
                + got
                + (isDense(results[i]) ? "" : ", which is not dense"));
      }
    }
  }

  private static Tensor empty(TensorSpec spec) {
    Block block = Scope.current().allocate(spec.byteSize());
    Layout layout = Layout.Strided.contiguous(spec.shape().dims());
    return Tensor.of(new ArrayValue(spec, new Storage(block, layout)));
  }

  private static Tensor present(String what, int index, Tensor[] tensors) {
    if (tensors[index] == null) {
      throw new NullPointerException("compiled: " + what + " " + index + " is null");
    }
    return tensors[index];
  }

  private static boolean isDense(Tensor tensor) {
    return Gradients.withoutHistory(tensor.value()) instanceof ArrayValue a && a.isContiguous();
  }

  /** The arguments themselves, or where one is not dense, copies. */
  private Tensor[] dense(Tensor[] arguments) {
    Objects.requireNonNull(arguments, "compiled: arguments");
    boolean dense = true;
    for (int i = 0; i < arguments.length; i++) {
      dense &= isDense(present("argument", i, arguments));
    }
    return dense ? arguments : Arrays.stream(arguments).map(this::dense).toArray(Tensor[]::new);
  }

  private Tensor dense(Tensor argument) {
    Value value = Gradients.withoutHistory(argument.value());
    if (!(value instanceof ArrayValue array)) {
      throw CaptureException.elements("compiled", argument.spec());
    }
    return Tensor.of(eager.contiguous(array));
  }

  /** The graph for these argument shapes, after all passes; captured if it is not yet. */
  public Graph graph(TensorSpec... arguments) {
    try (var lease = lease(List.of(arguments))) {
      return lease.value().program().graph();
    }
  }

  /**
   * The program for these argument shapes: every call with its places, and what memory it takes.
   */
  public String plan(TensorSpec... arguments) {
    try (var lease = lease(List.of(arguments))) {
      return lease.value().program().toString();
    }
  }

  /**
   * Bytes that a run for these argument shapes works in, and what its tensors and scratch memory
   * would take without sharing.
   */
  public Memory memory(TensorSpec... arguments) {
    try (var lease = lease(List.of(arguments))) {
      Program p = lease.value().program();
      return new Memory(p.arenaBytes(), p.packedBytes(), p.tensorBytes());
    }
  }

  /**
   * Bytes of a program.
   *
   * @param arena what each run at a time works in
   * @param packed what is computed from parameters alone, once for all
   * @param tensors the sum of all that the arena holds over a run
   */
  public record Memory(long arena, long packed, long tensors) {}

  /** Runs some times and says where the time went: the median of each call. */
  public Profile profile(int runs, Tensor... arguments) {
    if (runs < 1) {
      throw new IllegalArgumentException("profile: expected at least 1 run, got " + runs);
    }
    Tensor[] dense = dense(arguments);
    try (var lease = lease(dense)) {
      Program program = lease.value().program();
      List<StepTimes> times = new ArrayList<>();
      for (int i = 0; i < runs; i++) {
        times.add(new StepTimes(program.main().size()));
        lease.value().run(dense, null, times.getLast());
      }
      return Profile.of(program.main(), times);
    }
  }

  /** How many programs are kept now. */
  public int programs() {
    return programs.size();
  }

  /**
   * Frees all programs; closing twice is harmless.
   *
   * @throws IllegalStateException if one is running; nothing is closed then
   */
  @Override
  public void close() {
    programs.close();
  }
}
