/// The levels at which figures are printed, in the order in which tables list them.
public enum Level: UInt8, CaseIterable, Sendable, Hashable, Comparable {
    /// The whole district (区).
    case district = 0
    /// A town or subdistrict (镇、街道).
    case town = 1
    /// A village or residents' community (村、社区).
    case community = 2

    /// The word in tables and pipelines.
    public var name: String {
        switch self {
        case .district: "district"
        case .town: "town"
        case .community: "community"
        }
    }

    /// The level of that word.
    public init?(name: String) {
        guard let level = Level.allCases.first(where: { $0.name == name }) else { return nil }
        self = level
    }

    /// Wider levels come first.
    public static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
}

/// A row of `communities.csv`.
public struct Community: Sendable, Hashable {
    /// The 12-digit statistical division code.
    public let code: String
    /// Its name, printed as it is.
    public let name: String
    /// The 9-digit code of its town, with which `code` begins.
    public let townCode: String
    /// The name of its town.
    public let townName: String
    /// Where it lies, if the register says so.
    public let position: Position?

    /// A community of the register.
    public init(code: String, name: String, townCode: String, townName: String, position: Position? = nil) {
        self.code = code
        self.name = name
        self.townCode = townCode
        self.townName = townName
        self.position = position
    }
}

/// A row of a table: an area with its level, code and name.
public struct Area: Sendable, Hashable {
    /// The level.
    public let level: Level
    /// The code, or ``Areas/unassignedCode``.
    public let code: String
    /// The name, printed as it is.
    public let name: String
    /// Whether this row gathers what names no community of the register.
    public let isUnassigned: Bool
}

/// The district, its towns and its communities (`figures.md`, section 1), in the order in which tables list them.
///
/// `all` holds the district, the towns by code, the unassigned town, the communities by code, the unassigned community; an
/// area's number is its place in it. What names a community outside the register counts in the two unassigned areas and in
/// the district.
public struct Areas: Sendable {
    /// The code and, in Chinese, the name of what names no community of the register.
    public static let unassignedCode = "unassigned"
    /// The name printed for it.
    public static let unassignedName = "未归属"

    /// Every area in the order of tables.
    public let all: [Area]
    /// The communities of the register by code. Slot `n` is the community `communities[n]`; the slot behind the last one is
    /// the unassigned community.
    public let communities: [Community]
    /// The numbers of the towns, the unassigned one last.
    public let towns: Range<Int>
    /// The numbers of the communities, the unassigned one last; slot `n` has number `communitiesRange.lowerBound + n`.
    public let communitiesRange: Range<Int>
    /// The number of each slot's town.
    public let townOfSlot: [Int]
    /// How many communities of the register each area has.
    public let registered: [Int64]

    private let slots: [String: Int]
    private let townNumbers: [String: Int]

    /// The areas of a district and its register. `communities` may come in any order.
    ///
    /// - Throws: ``FiguresError`` naming the first row (from 0) that breaks the rules of `figures.md`, section 1: a code
    ///   twice, the district's own code, a town's code that does not begin the community's, two names for one town.
    public init(districtCode: String, districtName: String, communities rows: [Community]) throws(FiguresError) {
        var slots: [String: Int] = [:]
        var townNames: [String: String] = [:]
        for (row, community) in rows.enumerated() {
            guard community.code.utf8.count == 12, community.townCode.utf8.count == 9,
                community.code.utf8.starts(with: community.townCode.utf8)
            else { throw .townOutsideCode(row: row, code: community.code) }
            guard community.code != districtCode else { throw .communityIsDistrict(row: row, code: community.code) }
            guard slots.updateValue(row, forKey: community.code) == nil else { throw .communityTwice(row: row, code: community.code) }
            if let known = townNames[community.townCode], Array(known.utf8) != Array(community.townName.utf8) {
                throw .townNamedTwice(row: row, code: community.townCode)
            }
            townNames[community.townCode] = community.townName
        }
        let sorted = rows.sorted { bytesPrecede($0.code, $1.code) }
        let townCodes = townNames.keys.sorted(by: bytesPrecede)
        var all = [Area(level: .district, code: districtCode, name: districtName, isUnassigned: false)]
        var townNumbers: [String: Int] = [:]
        for code in townCodes {
            townNumbers[code] = all.count
            all.append(Area(level: .town, code: code, name: townNames[code] ?? "", isUnassigned: false))
        }
        let unassignedTown = all.count
        all.append(Area(level: .town, code: Areas.unassignedCode, name: Areas.unassignedName, isUnassigned: true))
        let first = all.count
        var registered = [Int64](repeating: 0, count: first + sorted.count + 1)
        var townOfSlot: [Int] = []
        for (slot, community) in sorted.enumerated() {
            slots[community.code] = slot
            let town = townNumbers[community.townCode] ?? unassignedTown
            townOfSlot.append(town)
            registered[0] += 1
            registered[town] += 1
            registered[first + slot] = 1
            all.append(Area(level: .community, code: community.code, name: community.name, isUnassigned: false))
        }
        all.append(Area(level: .community, code: Areas.unassignedCode, name: Areas.unassignedName, isUnassigned: true))
        townOfSlot.append(unassignedTown)
        self.all = all
        self.communities = sorted
        self.towns = 1..<first
        self.communitiesRange = first..<all.count
        self.townOfSlot = townOfSlot
        self.registered = registered
        self.slots = slots
        self.townNumbers = townNumbers
    }

    /// The number of slots: the communities of the register and the unassigned one.
    public var slotCount: Int { communities.count + 1 }
    /// The slot of what names no community of the register.
    public var unassignedSlot: Int { communities.count }

    /// The slot of a community's code; ``unassignedSlot`` where the register lacks it.
    public func slot(of code: String) -> Int { slots[code] ?? unassignedSlot }

    /// The town's code of a community of the register, else nil.
    public func townCode(of code: String) -> String? { slots[code].map { communities[$0].townCode } }

    /// The number of an area of the register by level and code; nil where there is none, for the unassigned areas too.
    public func number(of level: Level, code: String) -> Int? {
        switch level {
        case .district: all[0].code == code ? 0 : nil
        case .town: townNumbers[code]
        case .community: slots[code].map { communitiesRange.lowerBound + $0 }
        }
    }

    /// The number of the area of the register with that code, of the widest level that has it; nil where there is none.
    public func registeredNumber(ofCode code: String) -> Int? {
        if all[0].code == code { return 0 }
        // A town's code has another length than a community's.
        return code.utf8.count == 9 ? townNumbers[code] : slots[code].map { communitiesRange.lowerBound + $0 }
    }

    /// The numbers of the areas of a level that are in the register, by code.
    public func registered(at level: Level) -> Range<Int> {
        switch level {
        case .district: 0..<1
        case .town: towns.lowerBound..<towns.upperBound - 1
        case .community: communitiesRange.lowerBound..<communitiesRange.upperBound - 1
        }
    }

    /// The slots that make up an area.
    public func slots(of area: Int) -> [Int] {
        if area == 0 { return Array(0..<slotCount) }
        if communitiesRange.contains(area) { return [area - communitiesRange.lowerBound] }
        return townOfSlot.indices.filter { townOfSlot[$0] == area }
    }
}

/// Whether the left text's UTF-8 bytes come before the right's. Tables are in order of bytes; Swift's own order of texts
/// normalises them.
@inlinable
func bytesPrecede(_ left: String, _ right: String) -> Bool { left.utf8.lexicographicallyPrecedes(right.utf8) }
