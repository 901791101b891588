package dev.balboa.nn.graph;

import dev.balboa.nn.exec.HostFunction;
import dev.balboa.nn.op.InPlaceOp;
import dev.balboa.nn.op.Op;
import java.util.List;

/** One step of a {@link Graph}: values by number that it reads and makes. */
public sealed interface Node {
  /** What it is called in printed graphs and profiles. */
  String name();

  /** The values read, in order. */
  List<Integer> inputs();

  /** The values made, in order. */
  List<Integer> outputs();

  /** The same with other inputs. */
  Node reading(List<Integer> others);

  /** Whether it does more than make its outputs: changes memory in place, or calls Java. */
  boolean hasEffect();

  /** The inputs that it overwrites. */
  List<Integer> mutated();

  /** An operation. */
  record Apply(Op op, List<Integer> inputs, List<Integer> outputs) implements Node {
    /** Copies the lists. */
    public Apply {
      inputs = List.copyOf(inputs);
      outputs = List.copyOf(outputs);
    }

    @Override
    public String name() {
      return op.name();
    }

    @Override
    public Node reading(List<Integer> others) {
      return new Apply(op, others, outputs);
    }

    @Override
    public boolean hasEffect() {
      return op instanceof InPlaceOp;
    }

    @Override
    public List<Integer> mutated() {
      return op instanceof InPlaceOp o ? inputs.subList(0, o.mutated()) : List.of();
    }
  }

  /**
   * The same memory as another value, to compute from a second time: nothing that is computed from
   * it counts as computed already.
   */
  record Again(int input, int output) implements Node {
    @Override
    public String name() {
      return "again";
    }

    @Override
    public List<Integer> inputs() {
      return List.of(input);
    }

    @Override
    public List<Integer> outputs() {
      return List.of(output);
    }

    @Override
    public Node reading(List<Integer> others) {
      return new Again(others.get(0), output);
    }

    @Override
    public boolean hasEffect() {
      return false;
    }

    @Override
    public List<Integer> mutated() {
      return List.of();
    }
  }

  /** A call back into Java. */
  record Host(String name, HostFunction function, List<Integer> inputs, List<Integer> outputs)
      implements Node {
    /** Copies the lists. */
    public Host {
      inputs = List.copyOf(inputs);
      outputs = List.copyOf(outputs);
    }

    @Override
    public Node reading(List<Integer> others) {
      return new Host(name, function, others, outputs);
    }

    @Override
    public boolean hasEffect() {
      return true;
    }

    @Override
    public List<Integer> mutated() {
      return List.of();
    }
  }
}
