package io.stitchflow.dataset;

import io.stitchflow.content.Digest;
import java.net.URI;
import java.util.List;
import java.util.stream.Stream;

/**
 * A data set in the <a href="https://www.cs.toronto.edu/~kriz/cifar.html">binary layout of
 * CIFAR</a>: records of label bytes, then the red, green and blue planes of an image, row by row.
 *
 * <p>Digests of the archives are published by several libraries, such as <a
 * href="https://github.com/JuliaML/MLDatasets.jl">MLDatasets.jl</a>; those of the files in them by
 * <a href="https://github.com/ankane/torchvision-ruby">torchvision-ruby</a>, which checks them
 * whenever it reads them.
 *
 * @param title for people
 * @param labelBytes at the start of a record
 * @param archive the official one
 * @param train files in order; their records together are the train split
 */
public record Cifar(
    String title, int labelBytes, Archive archive, List<Member> train, Member test) {
  public static final Cifar CIFAR10 =
      new Cifar(
          "CIFAR-10",
          1,
          new Archive(
              "cifar-10-binary.tar.gz",
              170_052_171,
              "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
              "cifar-10-batches-bin"),
          List.of(
              member(
                  "data_batch_1",
                  "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5"),
              member(
                  "data_batch_2",
                  "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed"),
              member(
                  "data_batch_3",
                  "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67"),
              member(
                  "data_batch_4",
                  "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48"),
              member(
                  "data_batch_5",
                  "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add")),
          member("test_batch", "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b"));

  public static final Cifar CIFAR100 =
      new Cifar(
          "CIFAR-100",
          2,
          new Archive(
              "cifar-100-binary.tar.gz",
              168_513_733,
              "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec",
              "cifar-100-binary"),
          List.of(
              member("train", "f31298fc616915fa142368359df1c4ca2ae984d6915ca468b998a5ec6aeebf29")),
          member("test", "d8b1e6b7b3bee4020055f0699b111f60b1af1e262aeb93a0b659061746f8224a"));

  static final int CHANNELS = 3;

  /** Rows and columns of an image. */
  static final int SIZE = 32;

  static final int IMAGE_BYTES = CHANNELS * SIZE * SIZE;

  /** Of an image; other built-in kinds have it too. */
  static final List<Integer> SHAPE = List.of(CHANNELS, SIZE, SIZE);

  /** Of the official files together. */
  public static final int TRAIN_EXAMPLES = 50_000;

  /** Of the official file. */
  public static final int TEST_EXAMPLES = 10_000;

  private static final String SITE = "https://www.cs.toronto.edu/~kriz/";

  public Cifar {
    train = List.copyOf(train);
  }

  /**
   * The official archive.
   *
   * @param folder what all its files lie in
   */
  public record Archive(String name, long sizeBytes, String sha256, String folder) {
    URI official() {
      return URI.create(SITE + name);
    }
  }

  /**
   * A file of the data set.
   *
   * @param role what stages call it
   * @param official digest of the official file
   */
  public record Member(String role, Digest official) {
    public String file() {
      return role + ".bin";
    }
  }

  private static Member member(String role, String sha256) {
    return new Member(role, new Digest(sha256));
  }

  public int recordBytes() {
    return labelBytes + IMAGE_BYTES;
  }

  /** All files, those of the train split first. */
  public List<Member> members() {
    return Stream.concat(train.stream(), Stream.of(test)).toList();
  }
}
