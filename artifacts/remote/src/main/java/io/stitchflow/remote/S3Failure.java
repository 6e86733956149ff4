package io.stitchflow.remote;

import io.stitchflow.content.StoreException;
import java.io.IOException;
import java.io.InterruptedIOException;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Tells from an error of the S3 client what the user can do about it. */
final class S3Failure {
  private static final int FORBIDDEN = 403;

  private S3Failure() {}

  static IOException explain(String address, String bucket, SdkException e) {
    if (e instanceof AbortedException) {
      Thread.currentThread().interrupt();
      return (IOException)
          new InterruptedIOException("stopped while asking " + address).initCause(e);
    }
    if (e instanceof NoSuchBucketException) {
      return new StoreException(
          address
              + ": there is no bucket '"
              + bucket
              + "'; make it, or choose another with --store",
          e);
    }
    if (e instanceof S3Exception answer && answer.statusCode() == FORBIDDEN) {
      return new IOException(
          address
              + ": access denied ("
              + code(answer)
              + "); these credentials need the rights to list the bucket and to get and put objects",
          e);
    }
    if (e instanceof S3Exception answer) {
      return new IOException(address + ": answered " + answer.statusCode() + " " + code(answer), e);
    }
    String message = String.valueOf(e.getMessage());
    return new IOException(
        message.startsWith("Unable to load credentials")
            ? address
                + ": no AWS credentials here; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or"
                + " write ~/.aws/credentials"
            : address + ": " + message,
        e);
  }

  private static String code(S3Exception answer) {
    return answer.awsErrorDetails() == null ? "" : answer.awsErrorDetails().errorCode();
  }
}
