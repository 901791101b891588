package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.IndexKernels;
import dev.balboa.bindings.IndexKernels.Indices;
import dev.balboa.bindings.KernelKinds;
import dev.balboa.bindings.OptimizerKernels;
import dev.balboa.bindings.TensorTable;
import dev.balboa.nn.op.AdamStep;
import dev.balboa.nn.op.Assign;
import dev.balboa.nn.op.AssignRows;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.InPlaceOp;
import dev.balboa.nn.op.RmsPropStep;
import dev.balboa.nn.op.SgdStep;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** Optimizer steps through the kernels. */
final class OptimizerOps {
  private OptimizerOps() {}

  /** Plans any operation of the family. */
  static void plan(PlanBuilder b, InPlaceOp op) {
    switch (op) {
      case Assign _ -> MemoryOps.assign(b);
      case AssignRows _ -> assignRows(b, op);
      case SgdStep o -> sgd(b, o);
      case AdamStep o -> adam(b, o);
      case RmsPropStep o -> rmsProp(b, o);
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
        s -> {
          Indices ids = new Indices(type, s[1]);
          IndexOps.checked(
              op,
              ids,
              count,
              rows,
              () -> IndexKernels.putRows(bytes, rows, inner, count, ids, s[2], s[0]));
        },
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

  /** Computes the kernel's arguments from the scalars of one step. */
  private interface Arguments {
    double[] of(MemorySegment scalars);
  }

  private interface Kernel {
    void run(TensorTable table, MemorySegment arguments);
  }

  static void sgd(PlanBuilder b, SgdStep op) {
    Arguments arguments =
        s ->
            new double[] {
              scalar(s, 0), scalar(s, 1, op.momentum()), op.weightDecay(), op.nesterov() ? 1 : 0
            };
    int[] roles = op.momentum() > 0 ? new int[] {0, 2, 1} : new int[] {0, 1};
    add(b, op, roles, arguments, OptimizerKernels::sgd);
  }

  static void adam(PlanBuilder b, AdamStep op) {
    Arguments arguments =
        s -> {
          double t = scalar(s, 1);
          double beta1 = scalar(s, 2, op.beta1());
          return new double[] {
            scalar(s, 0),
            beta1,
            op.beta2(),
            op.epsilon(),
            op.weightDecay(),
            1 - Math.pow(beta1, t),
            1 - Math.pow(op.beta2(), t),
            op.decoupled() ? 1 : 0
          };
        };
    add(b, op, new int[] {0, 3, 1, 2}, arguments, OptimizerKernels::adam);
  }

  static void rmsProp(PlanBuilder b, RmsPropStep op) {
    Arguments arguments =
        s ->
            new double[] {
              scalar(s, 0), op.alpha(), op.epsilon(), op.weightDecay(), scalar(s, 1, op.momentum())
            };
    int[] roles = op.momentum() > 0 ? new int[] {0, 3, 1, 2} : new int[] {0, 2, 1};
    add(b, op, roles, arguments, OptimizerKernels::rmsprop);
  }

  private static double scalar(MemorySegment scalars, int i) {
    return scalars.getAtIndex(ValueLayout.JAVA_DOUBLE, i);
  }

  /** A number that follows the others if the step has one of its own. */
  private static double scalar(MemorySegment scalars, int i, double otherwise) {
    return scalars.byteSize() > (long) i * Double.BYTES ? scalar(scalars, i) : otherwise;
  }

  /**
   * @param roles for each list of the kernel's table the input that fills it
   */
  private static void add(
      PlanBuilder b, InPlaceOp op, int[] roles, Arguments arguments, Kernel kernel) {
    Unsupported.unless(b, op, DType.F32, DType.F64);
    requireDense(b, op);
    List<Operand> operands = new ArrayList<>();
    for (int i = 0; i < b.inputs(); i++) {
      operands.add(b.denseInput(i));
    }
    b.call(
        () -> new TableStep(roles, b.spec(0).dtype(), b.spec(0).shape().size(), arguments, kernel),
        operands);
  }

  /** Holds the table of pointers of one frame. */
  private static final class TableStep implements Step {
    private final int[] roles;
    private final DType dtype;
    private final long size;
    private final TensorTable table;
    private final MemorySegment kernelArguments =
        Arena.ofAuto().allocate(8 * Double.BYTES, Double.BYTES);
    private final Arguments arguments;
    private final Kernel kernel;

    TableStep(int[] roles, DType dtype, long size, Arguments arguments, Kernel kernel) {
      this.roles = roles;
      this.dtype = dtype;
      this.size = size;
      this.table = TensorTable.of(Kinds.of(dtype), roles.length, size);
      this.arguments = arguments;
      this.kernel = kernel;
    }

    @Override
    public void run(MemorySegment[] buffers) {
      for (int role = 0; role < roles.length; role++) {
        table.set(role, 0, buffers[roles[role]].asSlice(0, size * dtype.bytes()));
      }
      double[] values = arguments.of(buffers[buffers.length - 1]);
      MemorySegment.copy(values, 0, kernelArguments, ValueLayout.JAVA_DOUBLE, 0, values.length);
      kernel.run(table, kernelArguments);
    }
  }
}
