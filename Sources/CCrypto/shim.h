// OpenSSL's libcrypto gives SHA-256 with the processor's instructions, and Ed25519.
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
