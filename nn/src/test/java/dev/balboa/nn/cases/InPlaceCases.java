package dev.balboa.nn.cases;

import static dev.balboa.nn.op.TensorSpec.f32;

import dev.balboa.nn.op.AdamStep;
import dev.balboa.nn.op.Assign;
import dev.balboa.nn.op.AssignRows;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.MultiStep;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.OptimizerStep;
import dev.balboa.nn.op.RmsPropStep;
import dev.balboa.nn.op.SgdStep;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Operations that write to their first inputs. */
final class InPlaceCases {
  private static final TensorSpec ONE = new TensorSpec(Shape.of(1), DType.F64);
  private static final TensorSpec TWO = new TensorSpec(Shape.of(2), DType.F64);

  private InPlaceCases() {}

  static List<OpCase> all() {
    return List.of(assign(), assignRows(), sgd(), adam(), rmsProp(), multi());
  }

  private static OpCase assign() {
    return OpCase.of(
            "assign",
            Assign.class,
            d -> {
              Shape shape = d.shape(0, 5);
              DType type = d.chance(0.6) ? d.real() : d.pick(DType.values());
              Input target = d.any(shape, type);
              if (!isWritable(target.placement())) {
                target = target.placed(new Placement.Dense());
              }
              return Sample.of(new Assign(), target, d.any(shape, type));
            })
        .derivative(OpCase.Derivative.NONE)
        .nativelyIn(DType.F64)
        .refuses(new Assign(), List.of(f32(2)), "2 inputs", "got 1")
        .refuses(new Assign(), List.of(f32(2), f32(1)), "F32[2]", "F32[1]")
        .refuses(new Assign(), List.of(f32(2), new TensorSpec(Shape.of(2), DType.F64)), "F64[2]");
  }

  private static OpCase assignRows() {
    AssignRows op = new AssignRows();
    return OpCase.of(
            "assign_rows",
            AssignRows.class,
            d -> {
              Shape shape = d.shape(1, 4);
              long count = shape.dim(0) == 0 ? 0 : d.dim();
              return assignRows(d, shape, Draw.limited(300, count).dim(0));
            })
        .alsoLarge(d -> assignRows(d, Shape.of(50, 301), 331))
        .also(d -> assignRows(d, Shape.of(5, 3), 0))
        .derivative(OpCase.Derivative.NONE)
        .nativelyIn(DType.F64)
        .refuses(op, List.of(f32(2), IndexCases.i32(2)), "3 inputs", "got 2")
        .refuses(op, List.of(f32(2, 3), IndexCases.i32(4), f32(3)), "F32[4, 3]", "F32[3]")
        .refuses(op, List.of(f32(2, 3), f32(4), f32(4, 3)), "I32 or I64", "F32[4]")
        .refuses(op, List.of(f32(2), IndexCases.i32(1, 2), f32(1)), "rank 1", "I32[1, 2]")
        .refuses(op, List.of(f32(), IndexCases.i32(1), f32(1)), "with rows", "F32[]");
  }

  private static Sample assignRows(Draw d, Shape shape, long count) {
    return Sample.of(
        new AssignRows(),
        d.dense(shape, Domain.NORMAL, false),
        IndexCases.indices(d, Shape.of(count), shape.dim(0)),
        d.input(shape.with(0, count), Domain.NORMAL, false));
  }

  private static boolean isWritable(Placement p) {
    return !(p instanceof Placement.Expanded || p instanceof Placement.Blocked);
  }

  /** Parameter, state and gradient of one shape, and the numbers of the step. */
  private static Sample step(Op op, Draw d, Shape shape, int states, double... scalars) {
    List<Input> in = new ArrayList<>();
    in.add(d.dense(shape, Domain.NORMAL, false));
    for (int i = 0; i < states; i++) {
      in.add(d.dense(shape, Domain.between(0, 1), false));
    }
    in.add(d.input(shape, Domain.NORMAL, false));
    in.add(Input.constant(DType.F64, Shape.of(scalars.length), scalars));
    return Sample.of(op, in);
  }

  /** The numbers of a step, some with a momentum of its own. */
  private static double[] momentum(double configured, Draw d, double... scalars) {
    if (configured == 0 || d.flip()) {
      return scalars;
    }
    double[] more = Arrays.copyOf(scalars, scalars.length + 1);
    more[scalars.length] = d.uniform(0.1, 0.99);
    return more;
  }

  private static OpCase sgd() {
    SgdStep plain = new SgdStep(0, false, 0);
    return OpCase.of("sgd_step", SgdStep.class, d -> sgd(d, d.shape(0, 4)))
        .alsoLarge(d -> sgd(d, Shape.of(33_001)))
        .derivative(OpCase.Derivative.NONE)
        .refuses(plain, List.of(f32(3), f32(3)), "3 inputs", "got 2")
        .refuses(plain, List.of(f32(3), f32(4), ONE), "gradient F32[3]", "F32[4]")
        .refuses(plain, List.of(f32(3), f32(3), TWO), "F64[1]", "F64[2]")
        .refuses(plain, List.of(f32(3), f32(3), f32(1)), "F64[1]", "F32[1]")
        .refuses(
            new SgdStep(0.9, false, 0),
            List.of(f32(3), f32(2), f32(3), ONE),
            "state F32[3]",
            "F32[2]")
        .refusesToMake(() -> new SgdStep(-1, false, 0), "momentum", "-1.0")
        .refusesToMake(() -> new SgdStep(0, true, 0), "Nesterov", "momentum")
        .refusesToMake(() -> new SgdStep(0, false, Double.NaN), "weight decay", "NaN");
  }

  private static Sample sgd(Draw d, Shape shape) {
    double momentum = d.flip() ? 0 : d.uniform(0.1, 0.99);
    SgdStep op = new SgdStep(momentum, momentum > 0 && d.flip(), d.pick(0.0, 0.01));
    return step(op, d, shape, op.mutated() - 1, momentum(momentum, d, d.uniform(0.001, 0.5)));
  }

  private static OpCase adam() {
    AdamStep op = new AdamStep(0.9, 0.999, 1e-8, 0, false);
    return OpCase.of("adam_step", AdamStep.class, d -> adam(d, d.shape(0, 4)))
        .alsoLarge(d -> adam(d, Shape.of(33_001)))
        .derivative(OpCase.Derivative.NONE)
        .refuses(op, List.of(f32(3), f32(3), f32(3), f32(3)), "5 inputs", "got 4")
        .refuses(op, List.of(f32(3), f32(3), f32(3), f32(3), ONE), "F64[2]", "F64[1]")
        .refuses(op, List.of(f32(3), f32(3), f32(2), f32(3), TWO), "state F32[3]", "F32[2]")
        .refusesToMake(() -> new AdamStep(1, 0.9, 0, 0, false), "beta1", "1.0")
        .refusesToMake(() -> new AdamStep(0.9, -0.1, 0, 0, false), "beta2", "-0.1")
        .refusesToMake(() -> new AdamStep(0.9, 0.9, -1, 0, false), "epsilon", "-1.0")
        .refusesToMake(
            () -> new AdamStep(0.9, 0.9, 0, Double.POSITIVE_INFINITY, false), "weight decay");
  }

  private static Sample adam(Draw d, Shape shape) {
    AdamStep op = new AdamStep(0.9, d.pick(0.999, 0.95), 1e-8, d.pick(0.0, 0.01), d.flip());
    double t = d.pick(1.0, 2.0, 10.0, 100_000.0);
    return step(op, d, shape, 2, momentum(1, d, d.uniform(0.001, 0.1), t));
  }

  private static OpCase rmsProp() {
    RmsPropStep op = new RmsPropStep(0.99, 1e-8, 0, 0);
    return OpCase.of("rmsprop_step", RmsPropStep.class, d -> rmsProp(d, d.shape(0, 4)))
        .alsoLarge(d -> rmsProp(d, Shape.of(33_001)))
        .derivative(OpCase.Derivative.NONE)
        .refuses(op, List.of(f32(3), f32(3), f32(3)), "4 inputs", "got 3")
        .refuses(op, List.of(f32(3), f32(3), f32(4), ONE), "gradient F32[3]", "F32[4]")
        .refusesToMake(() -> new RmsPropStep(1, 0, 0, 0), "alpha", "1.0")
        .refusesToMake(() -> new RmsPropStep(0.9, 0, -1, 0), "momentum", "-1.0");
  }

  private static Sample rmsProp(Draw d, Shape shape) {
    double momentum = d.flip() ? 0 : d.uniform(0.1, 0.99);
    RmsPropStep op = new RmsPropStep(0.99, 1e-8, momentum, d.pick(0.0, 0.01));
    return step(op, d, shape, op.mutated() - 1, momentum(momentum, d, d.uniform(0.001, 0.1)));
  }

  private static OpCase multi() {
    MultiStep two = new MultiStep(new SgdStep(0, false, 0), 2);
    return OpCase.of("multi_step", MultiStep.class, d -> multi(d, d.shape(0, 4), d.shape(0, 4)))
        .also(d -> multi(d, Shape.of(7)))
        .alsoLarge(d -> multi(d, Shape.of(33_001), Shape.of(3), Shape.of(0), Shape.of(20_011)))
        .derivative(OpCase.Derivative.NONE)
        .refuses(two, List.of(f32(3), f32(2), f32(3), f32(2)), "5 inputs", "got 4")
        .refuses(two, List.of(f32(3), f32(2), f32(3), f32(3), ONE), "gradient F32[2]", "F32[3]")
        .refuses(two, List.of(f32(1), ONE, f32(1), ONE, ONE), "parameters of type F32", "F64[1]")
        .refusesToMake(() -> new MultiStep(new SgdStep(0, false, 0), 0), "at least 1", "0");
  }

  /** The samples of single steps for each shape, in the order of one call. */
  private static Sample multi(Draw d, Shape... shapes) {
    Sample first = d.pick(sgd(d, shapes[0]), adam(d, shapes[0]), rmsProp(d, shapes[0]));
    OptimizerStep op = (OptimizerStep) first.op();
    List<Input> inputs = new ArrayList<>();
    List<Input> gradients = new ArrayList<>();
    for (Shape shape : shapes) {
      inputs.add(d.dense(shape, Domain.NORMAL, false));
      for (int i = 1; i < op.mutated(); i++) {
        inputs.add(d.dense(shape, Domain.between(0, 1), false));
      }
      gradients.add(d.input(shape, Domain.NORMAL, false));
    }
    inputs.addAll(gradients);
    inputs.add(first.inputs().getLast());
    return Sample.of(new MultiStep(op, shapes.length), inputs);
  }
}
