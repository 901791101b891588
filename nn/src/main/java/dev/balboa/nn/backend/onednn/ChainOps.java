package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.ElementwiseProgram;
import dev.balboa.bindings.MemoryDesc;
import dev.balboa.bindings.StridedSpace;
import dev.balboa.nn.op.Binary;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.ElementwiseChain;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Unary;
import dev.balboa.nn.op.UnaryBackward;
import java.util.ArrayList;
import java.util.List;

/** Element-wise functions in a row, in one pass over memory. */
final class ChainOps {
  private ChainOps() {}

  static void plan(PlanBuilder b, ElementwiseChain op) {
    Unsupported.unless(b, op, DType.F32);
    ElementwiseProgram program = program(op);
    int blocked = blocked(b);
    Shape out = b.outputSpec(0).shape();
    List<Operand> operands = new ArrayList<>();
    StridedSpace.Operand[] places = new StridedSpace.Operand[b.inputs()];
    if (blocked >= 0) {
      MemoryDesc md = b.input(blocked).md();
      for (int i = 0; i < places.length; i++) {
        boolean number = isNumber(b.spec(i));
        operands.add(number ? b.denseInput(i) : b.input(i, md));
        places[i] = StridedSpace.Operand.of(0, number ? 0 : 1);
      }
      operands.add(b.output(0, md));
    } else {
      for (int i = 0; i < places.length; i++) {
        operands.add(b.plainInput(i));
        places[i] = Spaces.broadcast(out, b.spec(i).shape(), b.plainLayout(i));
      }
      operands.add(b.denseOutput(0));
    }
    StridedSpace space =
        StridedSpace.of(blocked >= 0 ? new long[] {out.size()} : out.dims(), places);
    b.call(s -> program.run(space, s), operands.toArray(Operand[]::new));
  }

  private static boolean isNumber(TensorSpec spec) {
    return spec.shape().size() == 1;
  }

  /**
   * The input whose blocks all can stay in: every input has the shape of the result or is one
   * number, and nothing fills up the blocks. -1 if there is none.
   */
  private static int blocked(PlanBuilder b) {
    TensorSpec out = b.outputSpec(0);
    int found = -1;
    for (int i = 0; i < b.inputs(); i++) {
      boolean same = b.spec(i).equals(out);
      if (!same && !isNumber(b.spec(i))) {
        return -1;
      }
      if (same && found < 0 && b.isOrdered(i)) {
        found = i;
      }
    }
    return found >= 0 && b.input(found).md().byteSize() == out.byteSize() ? found : -1;
  }

  private static ElementwiseProgram program(ElementwiseChain op) {
    List<ElementwiseProgram.Link> links = new ArrayList<>();
    for (ElementwiseChain.Link link : op.links()) {
      int left = link.operands().getFirst();
      int right = link.operands().getLast();
      links.add(
          switch (link.op()) {
            case Unary u -> ElementwiseProgram.unary(Kinds.of(u.kind()), u.alpha(), u.beta(), left);
            case Binary o -> ElementwiseProgram.binary(Kinds.of(o.kind()), left, right);
            case UnaryBackward u ->
                ElementwiseProgram.backward(
                    Kinds.of(u.kind()),
                    u.kind().backwardReadsOutput(),
                    u.alpha(),
                    u.beta(),
                    left,
                    right);
            default -> throw new IllegalArgumentException(link.op().name() + " is no link");
          });
    }
    return ElementwiseProgram.of(op.inputs(), links);
  }
}
