package io.stitchflow.gc;

import static io.stitchflow.gc.AgedStore.dataset;
import static io.stitchflow.gc.AgedStore.network;
import static io.stitchflow.gc.AgedStore.stitch;
import static io.stitchflow.store.StoreFiles.bytes;
import static io.stitchflow.store.StoreFiles.files;
import static io.stitchflow.store.StoreFiles.flipBit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.stitchflow.content.ActionKeys;
import io.stitchflow.content.Digest;
import io.stitchflow.content.RecordFrame;
import io.stitchflow.gc.AgedStore.Made;
import io.stitchflow.gc.StoreProblem.Kind;
import io.stitchflow.store.Actions;
import io.stitchflow.store.Store;
import io.stitchflow.store.StoreFiles;
import io.stitchflow.store.directory.StoreDirectory.Folder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreVerifierTest {
  @TempDir Path temporary;
  private AgedStore aged;
  private Made dataset;
  private Made network;
  private Made stitch;

  @BeforeEach
  void computeChain() throws IOException {
    aged = new AgedStore(temporary.resolve("store"));
    dataset = aged.make(dataset(), "images", 2);
    network = aged.make(network(1), "weights", 100, dataset);
    stitch = aged.make(stitch(1), "stitch", 20, network);
  }

  @Test
  void verify_soundStore_countsAndFindsNothing() throws IOException {
    Verification verification = verifier().verify();

    assertThat(verification)
        .isEqualTo(new Verification(3, "imagesweightsstitch".length(), 3, 3, List.of(), false));
  }

  @Test
  void verify_noStore_findsNothingAndMakesNone() throws IOException {
    Store none = Store.open(temporary.resolve("none"));

    assertThat(new StoreVerifier(none, 1, 0).repair().problems()).isEmpty();
    assertThat(none.root()).doesNotExist();
  }

  @Test
  void verify_damageOfEachKind_isNamedAndLeftAlone() throws IOException {
    damageAll();
    Map<String, String> before = aged.content();

    Verification verification = verifier().verify();

    assertThat(verification.problems())
        .extracting(StoreProblem::kind, StoreProblem::path)
        .containsExactlyInAnyOrder(
            tuple(Kind.DAMAGED_BLOB, path(aged.blob(network))),
            tuple(Kind.DAMAGED_ACTION, path(aged.action(dataset))),
            tuple(Kind.DAMAGED_RECORD, path(aged.record(stitch))),
            tuple(Kind.STRAY, "cas/note.txt"),
            tuple(Kind.UNEXPLAINED, path(aged.record(dataset))));
    assertThat(verification.damage()).hasSize(4);
    assertThat(verification.problems().get(1).message())
        .startsWith("should hash to its name, but: ")
        .endsWith("'verify --repair' moves it away");
    assertThat(aged.content()).isEqualTo(before);
  }

  @Test
  void repair_damageOfEachKind_isQuarantinedAndTheStoreIsCleanThen() throws IOException {
    damageAll();

    Verification repaired = verifier().repair();

    assertThat(repaired.damage()).hasSize(4);
    assertThat(files(aged.store, Folder.QUARANTINE)).hasSize(4);
    Verification again = verifier().verify();
    assertThat(again.damage()).isEmpty();
    assertThat(again.problems())
        .extracting(StoreProblem::kind, StoreProblem::path)
        .containsExactlyInAnyOrder(
            tuple(Kind.TO_BE_RECOMPUTED, path(aged.record(network))),
            tuple(Kind.UNEXPLAINED, path(aged.record(dataset))));
    assertThat(aged.cache.find(network.key())).isEqualTo(network.result());
    assertThat(aged.cache.find(dataset.key())).isEqualTo(dataset.result());
    assertThat(aged.cache.find(stitch.key())).isNull();
  }

  private void damageAll() throws IOException {
    flipBit(aged.blob(network), 9);
    flipBit(aged.action(dataset), 9);
    flipBit(aged.record(stitch), 99);
    Files.writeString(aged.store.directory().folder(Folder.CAS).resolve("note.txt"), "hello");
  }

  @Test
  void verify_alteredBehindTheBackOfTheProcess_isFoundAllTheSame() throws IOException {
    Path blob = aged.store.open(network.blob());
    FileTime modified = Files.getLastModifiedTime(blob);
    Files.setPosixFilePermissions(blob, PosixFilePermissions.fromString("rw-------"));
    Files.write(blob, bytes("WEIGHTS"));
    Files.setLastModifiedTime(blob, modified);

    assertThat(verifier().verify().problems())
        .extracting(StoreProblem::kind)
        .containsExactly(Kind.DAMAGED_BLOB);
  }

  @Test
  void repair_recordWithNeitherBlobNorAction_isDeleted() throws IOException {
    Files.delete(aged.blob(network));
    flipBit(aged.action(network), 9);

    assertThat(verifier().repair().problems())
        .extracting(StoreProblem::kind)
        .containsExactly(Kind.DAMAGED_ACTION, Kind.UNUSABLE_RECORD);
    assertThat(aged.cache.find(network.key())).isNull();
    assertThat(verifier().verify().problems()).isEmpty();
  }

  @Test
  void verify_blobOfAnotherSizeThanRecorded_isToBeRecomputed() throws IOException {
    Digest key = ActionKeys.key(network(5).build());
    Path record = StoreFiles.path(aged.store, Folder.AC, key);
    Files.createDirectories(record.getParent());
    Files.write(
        record,
        RecordFrame.encode(key, Actions.result(1, Actions.output("network", network.blob(), 8))));
    aged.cache.actions().write(key, network(5).build());

    assertThat(verifier().verify().problems())
        .extracting(StoreProblem::kind, StoreProblem::message)
        .containsExactly(tuple(Kind.TO_BE_RECOMPUTED, "lacks 'network' with 8 bytes"));
  }

  @Test
  void verify_share_readsThatMuchAndTheSameWithTheSameSeed() throws IOException {
    for (int i = 0; i < 200; i++) {
      Path blob = StoreFiles.blob(aged.store, Digest.of(bytes("blob " + i)));
      Files.createDirectories(blob.getParent());
      Files.writeString(blob, "blob " + i);
    }
    Verification first = new StoreVerifier(aged.store, 0.25, 7).verify();

    assertThat(first.blobs()).isBetween(25L, 80L);
    assertThat(new StoreVerifier(aged.store, 0.25, 7).verify()).isEqualTo(first);
    assertThat(new StoreVerifier(aged.store, 0.25, 8).verify()).isNotEqualTo(first);
    assertThatThrownBy(() -> new StoreVerifier(aged.store, 0, 7))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("(0, 1]");
  }

  private StoreVerifier verifier() throws IOException {
    return new StoreVerifier(Store.open(aged.store.root()), 1, 0);
  }

  private String path(Path file) {
    return aged.store.root().relativize(file).toString();
  }
}
