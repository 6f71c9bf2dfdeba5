import CCrypto

/// Ed25519 signatures (RFC 8032), by OpenSSL, with keys in the form in which files hold them.
public enum Ed25519 {
    /// A new private key: 32 random bytes from OpenSSL's generator.
    public static func newSeed() -> [UInt8] {
        var seed = [UInt8](repeating: 0, count: 32)
        precondition(RAND_priv_bytes(&seed, 32) == 1, "OpenSSL has no randomness")
        return seed
    }

    /// The 32 bytes of the public key that belongs to a seed of 32 bytes; nil for a seed of another length.
    public static func publicKey(seed: [UInt8]) -> [UInt8]? {
        guard seed.count == 32, let key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, seed, 32) else { return nil }
        defer { EVP_PKEY_free(key) }
        var bytes = [UInt8](repeating: 0, count: 32)
        var count = 32
        guard EVP_PKEY_get_raw_public_key(key, &bytes, &count) == 1, count == 32 else { return nil }
        return bytes
    }

    /// The signature (64 bytes) of a message under a seed of 32 bytes; nil for a seed of another length.
    public static func signature(of message: [UInt8], seed: [UInt8]) -> [UInt8]? {
        guard seed.count == 32, let key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, seed, 32) else { return nil }
        defer { EVP_PKEY_free(key) }
        guard let context = EVP_MD_CTX_new() else { return nil }
        defer { EVP_MD_CTX_free(context) }
        var signature = [UInt8](repeating: 0, count: 64)
        var count = 64
        guard EVP_DigestSignInit(context, nil, nil, nil, key) == 1,
            EVP_DigestSign(context, &signature, &count, message, message.count) == 1, count == 64
        else { return nil }
        return signature
    }

    /// Whether a signature was made of this message with the private key of this public key (32 bytes). Never traps, whatever the bytes.
    public static func isValid(signature: [UInt8], of message: [UInt8], publicKey: [UInt8]) -> Bool {
        guard signature.count == 64, publicKey.count == 32,
            let key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, publicKey, 32)
        else { return false }
        defer { EVP_PKEY_free(key) }
        guard let context = EVP_MD_CTX_new() else { return false }
        defer { EVP_MD_CTX_free(context) }
        guard EVP_DigestVerifyInit(context, nil, nil, nil, key) == 1 else { return false }
        return EVP_DigestVerify(context, signature, 64, message, message.count) == 1
    }
}
