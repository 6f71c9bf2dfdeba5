import Glibc

/// Writes `sample-data/`.
public enum SampleFolder {
    /// The seed of the sample in the repository.
    public static let seed: UInt64 = 20_251_231

    /// Rewrites everything in `folder` that is generated; what is written by hand (the pages) stays.
    public static func write(to folder: String, seed: UInt64 = SampleFolder.seed) throws {
        let world = World(seed: seed)
        try makeFolder(folder)
        try write(Array(world.geography.communitiesFile.utf8), to: "\(folder)/communities.csv")
        try write(Array(world.geography.populationFile.utf8), to: "\(folder)/population.csv")
        for delivery in try Deliveries(world).all() {
            try makeFolder("\(folder)/\(delivery.folder)")
            try ArchiveFile.write(
                delivery.entries, to: "\(folder)/\(delivery.folder)/\(delivery.name).\(delivery.packing.rawValue)", delivery.packing,
                utf8Names: delivery.utf8Names)
        }
    }

    static func makeFolder(_ path: String) throws {
        guard mkdir(path, 0o777) == 0 || errno == EEXIST else {
            throw SampleError(description: "\(path): the folder cannot be made (system error \(errno))")
        }
    }

    static func write(_ bytes: [UInt8], to path: String) throws {
        guard let file = fopen(path, "wb") else {
            throw SampleError(description: "\(path): cannot be written (system error \(errno))")
        }
        let written = bytes.isEmpty ? 0 : fwrite(bytes, 1, bytes.count, file)
        guard fclose(file) == 0, written == bytes.count else {
            throw SampleError(description: "\(path): was not written whole (system error \(errno))")
        }
    }
}
