import Events
import Mustache

/// A number on a page that has a cell in a table, or a table of the supplement.
///
/// Its `value` is the cell as it stands; what a reader sees differs by grouping and by percent signs only, without loss.
struct PageNumber: Sendable {
    /// The table, without `.csv`.
    var table = "coverage"
    /// The column.
    let figure: String
    /// The row: an area's code, or a facility.
    let code: String
    /// The row's further key: the day of a timeline's row, a scheme, a form; empty for none.
    var key = ""
    /// The cell; empty where unknown.
    let value: String
    /// What a reader sees.
    let shown: String
}

/// A stretch of a line.
enum Run: Sendable {
    /// Words of the program.
    case text(String)
    /// A day.
    case day(String)
    /// Words in passing, smaller.
    case small(String)
    /// A word to stress.
    case strong(String)
    /// A name from data: set apart from its neighbours' direction of writing.
    case name(String)
    /// A name from data that leads to a page.
    case link(String, to: String)
    /// Words of the program that lead to a page.
    case go(String, to: String)
    /// A number with its cell.
    case number(PageNumber)
    /// Something short set as code.
    case code(String)
    /// A state with its sign: met, missed, open.
    case state(String, kind: String)
    /// A new line.
    case lineBreak
}

/// A cell of a table on a page.
struct PageCell: Sendable {
    var runs: [Run]
    var isHead = false
    var isNumeric = false
    /// Below zero: set off, since the sign alone is easily missed.
    var isShort = false

    static func head(_ runs: Run...) -> PageCell { PageCell(runs: runs, isHead: true) }
    static func runs(_ runs: Run...) -> PageCell { PageCell(runs: runs) }
    static func text(_ text: String) -> PageCell { PageCell(runs: [.text(text)]) }
    static func number(_ number: PageNumber) -> PageCell { PageCell(runs: [.number(number)], isNumeric: true) }
    /// A balance: one below zero is set off.
    static func balance(_ number: PageNumber) -> PageCell {
        PageCell(runs: [.number(number)], isNumeric: true, isShort: number.value.utf8.first == UInt8(ascii: "-"))
    }
    /// A day, which is never broken over lines.
    static func day(_ day: Day) -> PageCell { PageCell(runs: [.day(day.description)]) }
    static func plain(_ digits: String) -> PageCell { PageCell(runs: [.text(digits)], isNumeric: true) }
}

/// A heading of a column: the words and, beneath, the unit.
struct Heading: Sendable {
    let title: String
    var unit = ""
    var isNumeric = true
    /// The title is a day.
    var isDay = false

    /// The heading of a column of numbers at a day.
    static func day(_ day: Day, unit: String = "") -> Heading { Heading(title: day.description, unit: unit, isDay: true) }
}

/// A table on a page.
struct PageTable: Sendable {
    let caption: String
    var columns: [Heading]
    var rows: [[PageCell]]
    /// What stands beneath it, such as the CSV file with the same cells.
    var note: [Run] = []
    /// Shown in place of a table without rows.
    var whenEmpty = ""
}

/// A picture with its caption, its text alternative inside, and the table behind it.
struct Picture: Sendable {
    let title: String
    let svg: String
    var note = ""
    var data: PageTable?
    /// As wide as the page.
    var isBroad = false
}

/// A question of the reader with its answer in a sentence or two.
struct Answer: Sendable {
    let question: String
    /// How it stands: `no`, `yes`, `pending`, or nothing.
    let kind: String
    let runs: [Run]
    /// Where the answer is spelled out.
    var more: Link?
}

/// A term with its meanings, and the anchor by which other pages lead to it.
struct Term: Sendable {
    var id = ""
    let term: [Run]
    let meanings: [[Run]]

    init(_ term: [Run], _ meanings: [[Run]], id: String = "") {
        self.id = id
        self.term = term
        self.meanings = meanings
    }
}

/// A headline: a number in large digits with what it is.
struct Card: Sendable {
    let title: String
    let number: PageNumber
    var unit = ""
    var lines: [[Run]] = []
    var kind = ""
}

/// A piece of a page.
enum Block: Sendable {
    case section(id: String, title: String)
    case subsection(id: String, title: String)
    case paragraph([Run], kind: String = "")
    case list([[Run]])
    case table(PageTable)
    case picture(Picture)
    case pictures([Picture])
    case answers([Answer])
    case cards(title: String, [Card])
    case terms([Term])
    case code(String)
    case folded(title: String, [Block])
}
