package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.IndexKernels;
import dev.balboa.bindings.KernelKinds;
import dev.balboa.bindings.OptimizerKernels;
import dev.balboa.bindings.TensorTable;
import dev.balboa.nn.op.AdamStep;
import dev.balboa.nn.op.Assign;
import dev.balboa.nn.op.AssignRows;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.InPlaceOp;
import dev.balboa.nn.op.MultiStep;
import dev.balboa.nn.op.OptimizerStep;
import dev.balboa.nn.op.RmsPropStep;
import dev.balboa.nn.op.SgdStep;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Optimizer steps through the kernels. */
final class OptimizerOps {
  /** The learning rate, the first scalar, is the kernel's first argument. */
  private static final Arguments RATE =
      (s, a) -> a.setAtIndex(ValueLayout.JAVA_DOUBLE, 0, scalar(s, 0));

  private OptimizerOps() {}

  /** Plans any operation of the family. */
  static void plan(PlanBuilder b, InPlaceOp op) {
    switch (op) {
      case Assign _ -> MemoryOps.assign(b);
      case AssignRows _ -> assignRows(b, op);
      case OptimizerStep o -> steps(b, op, new MultiStep(o, 1));
      case MultiStep o -> steps(b, op, o);
    }
  }

  private static void steps(PlanBuilder b, InPlaceOp op, MultiStep steps) {
    Unsupported.unless(b, op, DType.F32, DType.F64);
    requireDense(b, op);
    switch (steps.step()) {
      case SgdStep o -> sgd(b, steps, o);
      case AdamStep o -> adam(b, steps, o);
      case RmsPropStep o -> rmsProp(b, steps, o);
    }
  }

  private static void assignRows(PlanBuilder b, InPlaceOp op) {
    requireDense(b, op);
    int bytes = b.spec(0).dtype().bytes();
    long rows = b.spec(0).shape().dim(0);
    long count = b.spec(1).shape().dim(0);
    long inner = b.spec(0).shape().slice(1, b.spec(0).shape().rank()).size();
    KernelKinds.Type type = Kinds.of(b.spec(1).dtype());
    b.call(
        IndexOps.checked(
            op,
            type,
            1,
            count,
            rows,
            s -> IndexKernels.putRows(bytes, rows, inner, count, type, s[1], s[2], s[0])),
        b.denseInput(0),
        b.denseInput(1),
        b.denseInput(2));
  }

  private static void requireDense(PlanBuilder b, InPlaceOp op) {
    for (int i = 0; i < op.mutated(); i++) {
      if (!b.isContiguous(i)) {
        throw new UnsupportedOperationException(
            op.name() + ": the native backend updates dense parameters, got " + b.describeInputs());
      }
    }
  }

  /** The kernel's arguments: some fixed, some from the scalars of one step. */
  private interface Arguments {
    /** Writes those that depend on the scalars. */
    void write(MemorySegment scalars, MemorySegment arguments);
  }

  private interface Kernel {
    void run(TensorTable table, MemorySegment arguments);
  }

  private static void sgd(PlanBuilder b, MultiStep steps, SgdStep op) {
    double[] fixed = {0, op.momentum(), op.weightDecay(), op.nesterov() ? 1 : 0};
    boolean momentum = brings(b, 1);
    Arguments arguments =
        (s, a) -> {
          RATE.write(s, a);
          a.setAtIndex(ValueLayout.JAVA_DOUBLE, 1, momentum ? scalar(s, 1) : op.momentum());
        };
    int[] roles = op.momentum() > 0 ? new int[] {0, 2, 1} : new int[] {0, 1};
    add(b, steps, roles, fixed, arguments, OptimizerKernels::sgd);
  }

  private static void adam(PlanBuilder b, MultiStep steps, AdamStep op) {
    double[] fixed = {
      0, op.beta1(), op.beta2(), op.epsilon(), op.weightDecay(), 0, 0, op.decoupled() ? 1 : 0
    };
    boolean momentum = brings(b, 2);
    Arguments arguments =
        (s, a) -> {
          double t = scalar(s, 1);
          double beta1 = momentum ? scalar(s, 2) : op.beta1();
          RATE.write(s, a);
          a.setAtIndex(ValueLayout.JAVA_DOUBLE, 1, beta1);
          a.setAtIndex(ValueLayout.JAVA_DOUBLE, 5, 1 - Math.pow(beta1, t));
          a.setAtIndex(ValueLayout.JAVA_DOUBLE, 6, 1 - Math.pow(op.beta2(), t));
        };
    add(b, steps, new int[] {0, 3, 1, 2}, fixed, arguments, OptimizerKernels::adam);
  }

  private static void rmsProp(PlanBuilder b, MultiStep steps, RmsPropStep op) {
    double[] fixed = {0, op.alpha(), op.epsilon(), op.weightDecay(), op.momentum()};
    boolean momentum = brings(b, 1);
    Arguments arguments =
        (s, a) -> {
          RATE.write(s, a);
          a.setAtIndex(ValueLayout.JAVA_DOUBLE, 4, momentum ? scalar(s, 1) : op.momentum());
        };
    int[] roles = op.momentum() > 0 ? new int[] {0, 3, 1, 2} : new int[] {0, 2, 1};
    add(b, steps, roles, fixed, arguments, OptimizerKernels::rmsprop);
  }

  private static double scalar(MemorySegment scalars, int i) {
    return scalars.getAtIndex(ValueLayout.JAVA_DOUBLE, i);
  }

  /** Whether a step brings a number of its own in place {@code i} of the last input. */
  private static boolean brings(PlanBuilder b, int i) {
    return b.spec(b.inputs() - 1).shape().size() > i;
  }

  /**
   * @param roles for each list of the kernel's table the input of a single step that fills it
   * @param fixed the kernel's arguments, as far as they are always the same
   */
  private static void add(
      PlanBuilder b,
      MultiStep steps,
      int[] roles,
      double[] fixed,
      Arguments arguments,
      Kernel kernel) {
    DType type = b.spec(0).dtype();
    long[] sizes =
        IntStream.range(0, steps.count())
            .mapToLong(k -> b.spec(steps.input(k, 0)).shape().size())
            .toArray();
    int[][] inputs =
        Arrays.stream(roles)
            .mapToObj(
                role -> IntStream.range(0, steps.count()).map(k -> steps.input(k, role)).toArray())
            .toArray(int[][]::new);
    List<Operand> operands = new ArrayList<>();
    for (int i = 0; i < b.inputs(); i++) {
      operands.add(b.denseInput(i));
    }
    b.call(() -> new TableStep(inputs, type, sizes, fixed, arguments, kernel), operands);
  }

  /** Holds the table of pointers of one frame: for each list the inputs that fill it. */
  private static final class TableStep implements Step {
    private final int[][] inputs;
    private final TensorTable table;
    private final MemorySegment kernelArguments =
        Arena.ofAuto().allocate(8 * Double.BYTES, Double.BYTES);
    private final Arguments arguments;
    private final Kernel kernel;

    TableStep(
        int[][] inputs,
        DType dtype,
        long[] sizes,
        double[] fixed,
        Arguments arguments,
        Kernel kernel) {
      this.inputs = inputs;
      this.table = TensorTable.of(Kinds.of(dtype), inputs.length, sizes);
      this.arguments = arguments;
      this.kernel = kernel;
      MemorySegment.copy(fixed, 0, kernelArguments, ValueLayout.JAVA_DOUBLE, 0, fixed.length);
    }

    @Override
    public void run(MemorySegment[] buffers) {
      for (int role = 0; role < inputs.length; role++) {
        for (int k = 0; k < inputs[role].length; k++) {
          table.set(role, k, buffers[inputs[role][k]]);
        }
      }
      arguments.write(buffers[buffers.length - 1], kernelArguments);
      kernel.run(table, kernelArguments);
    }
  }
}
