package dev.balboa.nn.cases;

import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Tensor;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/**
 * Everything that the tests have to know of one operation: how to make samples of it, how exact it
 * has to be, what it refuses. Built once, when the registry is; read only afterwards.
 */
final class OpCase {
  /** How an operation depends on its differentiable inputs. */
  enum Derivative {
    /** It has no gradient. */
    NONE,
    /** Its gradient is zero wherever there is one. */
    ZERO,
    /** It can be differentiated once. */
    ONCE,
    /** It can be differentiated twice. */
    TWICE
  }

  /**
   * Applies the operation of a sample to its inputs; more than one operation where one needs a
   * workspace.
   */
  @FunctionalInterface
  interface Program {
    List<Tensor> run(Op op, List<Tensor> inputs);
  }

  /**
   * An application that has to be refused.
   *
   * @param applied makes what is applied; where {@code inputs} is {@code null} that has to fail
   * @param inputs what it is applied to
   * @param fragments that the message contains, besides the name
   */
  record Refusal(
      Supplier<Sample.Applied> applied, List<TensorSpec> inputs, List<String> fragments) {}

  /** How many samples are drawn for one that can be changed as wanted. */
  private static final int SEARCH = 10;

  /** Samples from this number on are other ones than the random ones. */
  private static final int FAR = 1_000_000;

  private final String name;
  private final Class<?> kind;
  private final List<Function<Draw, Sample>> fixed = new ArrayList<>();
  private final List<Refusal> refusals = new ArrayList<>();
  private final Set<DType> nativeTypes = EnumSet.of(DType.F32, DType.BF16);
  private final Set<DType> refusedTypes = EnumSet.noneOf(DType.class);
  private Function<Draw, Sample> generator;
  private ToLongFunction<Sample> reductionLength = s -> 1;
  private ToLongFunction<Sample> roundings = _ -> 1;
  private double ulps = 4;
  private int codes;
  private boolean apart;
  private Derivative derivative = Derivative.TWICE;
  private Program steps;
  private Program program = (op, in) -> Tensor.apply(op, in.toArray(Tensor[]::new));

  private OpCase(String name, Class<?> kind) {
    this.name = name;
    this.kind = kind;
  }

  static OpCase of(String name, Class<? extends Op> kind, Function<Draw, Sample> generator) {
    OpCase c = new OpCase(name, kind);
    c.generator = generator;
    return c;
  }

  /**
   * A case of a public function that is composed of operations; {@code facade} is the class that
   * has it. Messages start with the name.
   *
   * @param name the function's name, with underscores; a variant follows after a space
   */
  static OpCase ofFunction(String name, Class<?> facade, Function<Draw, Sample> generator) {
    OpCase c = new OpCase(name, facade);
    c.generator = generator;
    return c;
  }

  // ---- Building ----

  /** Also a sample that random ones would seldom hit. */
  OpCase also(Function<Draw, Sample> sample) {
    fixed.add(sample);
    return this;
  }

  /** Also a sample large enough for several threads, whose outputs alone are looked at. */
  OpCase alsoLarge(Function<Draw, Sample> sample) {
    return also(d -> sample.apply(d).forwardOnly());
  }

  /** How many terms go into one number of a result or of a gradient. */
  OpCase sums(ToLongFunction<Sample> length) {
    reductionLength = length;
    return this;
  }

  /** How many numbers that are rounded to BF16 a result depends on, one through the other. */
  OpCase inTurn(ToLongFunction<Sample> count) {
    roundings = count;
    return this;
  }

  /** The error of one elementary step, in units of the last place. */
  OpCase within(double units) {
    ulps = units;
    return this;
  }

  /** How many codes a quantized result may be off, where its number lies between two codes. */
  OpCase withinCodes(int n) {
    codes = n;
    return this;
  }

  /** Its inputs are never given the same memory, because they would not be what they have to be. */
  OpCase keepsInputsApart() {
    apart = true;
    return this;
  }

  OpCase derivative(Derivative d) {
    derivative = d;
    return this;
  }

  /**
   * The native backend computes it in these floating-point types too, beside F32 and BF16. F64, if
   * neither this nor {@link #notNativelyIn} names it, it may compute or refuse by name.
   */
  OpCase nativelyIn(DType... dtypes) {
    nativeTypes.addAll(List.of(dtypes));
    return this;
  }

  /** The native backend refuses these floating-point types by name. */
  OpCase notNativelyIn(DType... dtypes) {
    List.of(dtypes).forEach(nativeTypes::remove);
    refusedTypes.addAll(List.of(dtypes));
    return this;
  }

  OpCase runs(Program p) {
    program = p;
    return this;
  }

  /**
   * The operation in elementary steps, each of which rounds: where terms cancel inside of it, this
   * tells how much of the rounding is left. An in-place operation gives what it would write.
   */
  OpCase inSteps(Program p) {
    steps = p;
    return this;
  }

  OpCase refuses(Op op, List<TensorSpec> inputs, String... fragments) {
    refusals.add(new Refusal(() -> new Sample.AnOp(op), inputs, List.of(fragments)));
    return this;
  }

  /** A function that has to refuse these inputs. */
  OpCase refuses(
      Function<List<Tensor>, Tensor> function, List<TensorSpec> inputs, String... fragments) {
    Sample.AFunction applied = new Sample.AFunction(name, in -> List.of(function.apply(in)));
    refusals.add(new Refusal(() -> applied, inputs, List.of(fragments)));
    return this;
  }

  OpCase refusesToMake(Supplier<Op> op, String... fragments) {
    refusals.add(new Refusal(() -> new Sample.AnOp(op.get()), null, List.of(fragments)));
    return this;
  }

  // ---- Reading ----

  String name() {
    return name;
  }

  /** The record of the operation, or the class that has the function. */
  Class<?> kind() {
    return kind;
  }

  /** Whether this is a function composed of operations. */
  boolean isFunction() {
    return !Op.class.isAssignableFrom(kind);
  }

  Derivative derivative() {
    return derivative;
  }

  boolean hasGradient() {
    return derivative == Derivative.ONCE || derivative == Derivative.TWICE;
  }

  int codes() {
    return codes;
  }

  boolean isNativeIn(DType real) {
    return nativeTypes.contains(real);
  }

  boolean isRefusedIn(DType real) {
    return refusedTypes.contains(real);
  }

  List<Refusal> refusals() {
    return refusals;
  }

  List<Tensor> run(Sample sample, List<Tensor> inputs) {
    return run(program, sample, inputs);
  }

  /** As {@link #run}, in elementary steps if the case has them. */
  List<Tensor> runInSteps(Sample sample, List<Tensor> inputs) {
    return run(steps == null ? program : steps, sample, inputs);
  }

  private static List<Tensor> run(Program program, Sample sample, List<Tensor> inputs) {
    return switch (sample.applied()) {
      case Sample.AnOp(Op op) -> program.run(op, inputs);
      case Sample.AFunction(var _, var function) -> function.apply(inputs);
    };
  }

  /**
   * The fixed samples, {@code random} random ones and, to find out whether the backends agree, for
   * every ten of these two whose inputs share memory, where the case has any.
   */
  List<Sample> samples(Draw.Purpose purpose, DType real, int random) {
    List<Sample> all = new ArrayList<>();
    for (int i = 0; i < fixed.size(); i++) {
      all.add(fixed.get(i).apply(draw(purpose, real, -1 - i)));
    }
    all.addAll(randomSamples(purpose, real, random));
    if (!apart && purpose == Draw.Purpose.EQUIVALENCE) {
      all.addAll(sharing(real, (random + 9) / 10, Aliasing::same));
      all.addAll(sharing(real, (random + 9) / 10, Aliasing::overlapping));
    }
    return all;
  }

  private List<Sample> sharing(
      DType real, int count, BiFunction<Draw, Sample, Optional<Sample>> change) {
    List<Sample> all = new ArrayList<>();
    for (int i = 0; i < SEARCH * count && all.size() < count; i++) {
      Draw d = draw(Draw.Purpose.EQUIVALENCE, real, FAR + i);
      Sample s = generator.apply(d);
      if (s.inputs().size() < 2 && i >= SEARCH / 2) {
        break;
      }
      change.apply(d, s).ifPresent(all::add);
    }
    return all;
  }

  /** Random samples only. */
  List<Sample> randomSamples(Draw.Purpose purpose, DType real, int random) {
    List<Sample> all = new ArrayList<>();
    for (int i = 0; i < random; i++) {
      all.add(generator.apply(draw(purpose, real, i)));
    }
    return all;
  }

  private Draw draw(Draw.Purpose purpose, DType real, int index) {
    long seed = 1_000_003L * name.hashCode() + 7919L * index + purpose.name().hashCode();
    return new Draw(seed, purpose, real);
  }

  /**
   * The largest relative error that rounding explains: so many units of the last place for one
   * step, growing with the square root of the number of terms that are added. BF16 is added up in
   * F32: only the rounding of each result is its own, and those of the results before it in a
   * sequence.
   */
  double tolerance(Sample sample, DType real) {
    double length = Math.max(1, reductionLength.applyAsLong(sample));
    double root = Math.sqrt(length);
    return switch (real) {
      case F64 -> ulps * Math.ulp(1.0) * root;
      case BF16 ->
          Math.max(ulps, 4)
              * (0x1p-8 * Math.sqrt((double) Math.max(1, roundings.applyAsLong(sample)))
                  + Math.ulp(1f) * root);
      default -> ulps * Math.ulp(1f) * root;
    };
  }

  @Override
  public String toString() {
    return name;
  }
}
