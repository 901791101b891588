package dev.balboa.conformance;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads models and tensors; the numbers are those of the fields in onnx.proto. */
final class OnnxReader {
  private OnnxReader() {}

  /** What to do with one field; it has to read or skip it. */
  private interface Field {
    void read(int number, int tag, CodedInputStream in) throws IOException;
  }

  private static void message(CodedInputStream in, Field field) throws IOException {
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      field.read(WireFormat.getTagFieldNumber(tag), tag, in);
    }
  }

  private static CodedInputStream nested(CodedInputStream in) throws IOException {
    return in.readBytes().newCodedInput();
  }

  static Onnx.Model model(Path file) throws IOException {
    Onnx.Graph[] graph = new Onnx.Graph[1];
    long[] opset = {1};
    message(
        CodedInputStream.newInstance(Files.readAllBytes(file)),
        (number, tag, in) -> {
          switch (number) {
            case 7 -> graph[0] = graph(nested(in));
            case 8 -> opset(nested(in), opset);
            default -> in.skipField(tag);
          }
        });
    return new Onnx.Model(graph[0], opset[0]);
  }

  private static void opset(CodedInputStream bytes, long[] version) throws IOException {
    String[] domain = {""};
    long[] read = {0};
    message(
        bytes,
        (number, tag, in) -> {
          switch (number) {
            case 1 -> domain[0] = in.readString();
            case 2 -> read[0] = in.readInt64();
            default -> in.skipField(tag);
          }
        });
    if (domain[0].isEmpty()) {
      version[0] = read[0];
    }
  }

  private static Onnx.Graph graph(CodedInputStream bytes) throws IOException {
    Onnx.Graph g =
        new Onnx.Graph(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    message(
        bytes,
        (number, tag, in) -> {
          switch (number) {
            case 1 -> g.nodes().add(node(nested(in)));
            case 5 -> g.constants().add(tensor(nested(in)));
            case 11 -> g.inputs().add(port(nested(in)));
            case 12 -> g.outputs().add(port(nested(in)));
            default -> in.skipField(tag);
          }
        });
    return g;
  }

  private static Onnx.Port port(CodedInputStream bytes) throws IOException {
    String[] name = {""};
    boolean[] isTensor = {false};
    message(
        bytes,
        (number, tag, in) -> {
          switch (number) {
            case 1 -> name[0] = in.readString();
            case 2 -> isTensor[0] = isTensorType(nested(in));
            default -> in.skipField(tag);
          }
        });
    return new Onnx.Port(name[0], isTensor[0]);
  }

  private static boolean isTensorType(CodedInputStream bytes) throws IOException {
    boolean[] found = {false};
    message(
        bytes,
        (number, tag, in) -> {
          found[0] |= number == 1;
          in.skipField(tag);
        });
    return found[0];
  }

  private static Onnx.Node node(CodedInputStream bytes) throws IOException {
    List<String> inputs = new ArrayList<>();
    List<String> outputs = new ArrayList<>();
    String[] words = {"", ""};
    Map<String, Onnx.Attribute> attributes = new LinkedHashMap<>();
    message(
        bytes,
        (number, tag, in) -> {
          switch (number) {
            case 1 -> inputs.add(in.readString());
            case 2 -> outputs.add(in.readString());
            case 4 -> words[0] = in.readString();
            case 5 -> attribute(nested(in), attributes);
            case 7 -> words[1] = in.readString();
            default -> in.skipField(tag);
          }
        });
    return new Onnx.Node(words[0], words[1], inputs, outputs, attributes);
  }

  private static void attribute(CodedInputStream bytes, Map<String, Onnx.Attribute> all)
      throws IOException {
    String[] words = {"", ""};
    float[] number = {0};
    long[] integer = {0};
    Elements[] tensor = {null};
    boolean[] isGraph = {false};
    List<Float> numbers = new ArrayList<>();
    List<Long> integers = new ArrayList<>();
    List<String> texts = new ArrayList<>();
    message(
        bytes,
        (field, tag, in) -> {
          switch (field) {
            case 1 -> words[0] = in.readString();
            case 2 -> number[0] = in.readFloat();
            case 3 -> integer[0] = in.readInt64();
            case 4 -> words[1] = in.readBytes().toStringUtf8();
            case 5 -> tensor[0] = tensor(nested(in));
            case 7 -> repeated(tag, in, s -> numbers.add(s.readFloat()));
            case 8 -> repeated(tag, in, s -> integers.add(s.readInt64()));
            case 9 -> texts.add(in.readBytes().toStringUtf8());
            default -> {
              isGraph[0] |= field == 6 || field == 11;
              in.skipField(tag);
            }
          }
        });
    all.put(
        words[0],
        new Onnx.Attribute(
            number[0], integer[0], words[1], tensor[0], numbers, integers, texts, isGraph[0]));
  }

  private interface Element {
    void read(CodedInputStream in) throws IOException;
  }

  /** A repeated number, packed or not. */
  private static void repeated(int tag, CodedInputStream in, Element element) throws IOException {
    if (WireFormat.getTagWireType(tag) != WireFormat.WIRETYPE_LENGTH_DELIMITED) {
      element.read(in);
      return;
    }
    CodedInputStream packed = nested(in);
    while (!packed.isAtEnd()) {
      element.read(packed);
    }
  }

  static Elements tensor(Path file) throws IOException {
    return tensor(CodedInputStream.newInstance(Files.readAllBytes(file)));
  }

  private static Elements tensor(CodedInputStream bytes) throws IOException {
    List<Long> dims = new ArrayList<>();
    long[] type = {0};
    String[] name = {""};
    ByteString[] raw = {null};
    List<Number> numbers = new ArrayList<>();
    message(
        bytes,
        (number, tag, in) -> {
          switch (number) {
            case 1 -> repeated(tag, in, s -> dims.add(s.readInt64()));
            case 2 -> type[0] = in.readInt64();
            case 4 -> repeated(tag, in, s -> numbers.add(s.readFloat()));
            case 5, 7, 11 -> repeated(tag, in, s -> numbers.add(s.readInt64()));
            case 8 -> name[0] = in.readString();
            case 9 -> raw[0] = in.readBytes();
            case 10 -> repeated(tag, in, s -> numbers.add(s.readDouble()));
            default -> in.skipField(tag);
          }
        });
    Elements.Type t = Elements.Type.of(type[0]);
    byte[] elements =
        t == Elements.Type.STRING ? null : raw[0] != null ? raw[0].toByteArray() : pack(t, numbers);
    return new Elements(name[0], t, dims.stream().mapToLong(Long::longValue).toArray(), elements);
  }

  private static byte[] pack(Elements.Type type, List<Number> numbers) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteBuffer b = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    for (Number x : numbers) {
      switch (type) {
        case FLOAT, COMPLEX64 -> b.putFloat(0, x.floatValue());
        case DOUBLE, COMPLEX128 -> b.putDouble(0, x.doubleValue());
        default -> b.putLong(0, x.longValue());
      }
      int part = type == Elements.Type.COMPLEX64 || type == Elements.Type.COMPLEX128 ? 2 : 1;
      out.write(b.array(), 0, type.bytes() / part);
    }
    return out.toByteArray();
  }
}
