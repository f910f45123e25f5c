#include "agent/cli/top.h"

#include <algorithm>
#include <numeric>
#include <sstream>

#include "agent/cli/display.h"
#include "agent/cli/json_cells.h"
#include "agent/cli/manual_text.h"
#include "agent/detect/pages.h"

namespace sockwarden {
namespace {

constexpr const char* help =
    "Up Down PgUp PgDn Home End   move (also j k)\n"
    "Enter, Right                 into: service, pool or server, connection; a finding's proof\n"
    "Esc, Backspace, Left         back\n"
    "1 2 3 4                      services, findings, pools, connections of the host\n"
    "c                            all connections of the service or process under the cursor\n"
    "s, S                         sort by the next, by the previous column\n"
    "r                            the other way round\n"
    "/                            show only rows that contain a text; empty = all\n"
    "t                            services with their pools below them\n"
    "Space                        hold still, go on\n"
    "e                            explain the class of the finding\n"
    "w                            write this page to a file here\n"
    "q                            quit\n\n"
    "FINDINGS counts those that are active. USED is in use now, PEAK the most at once,\n"
    "EXCH/C exchanges a connection, THROWN closed after one use though it could have\n"
    "been kept. Colours: red critical, yellow warning, cyan info; the column says it, too.\n";

TopStyle style_of(int severity) {
  constexpr TopStyle styles[] = {TopStyle::plain, TopStyle::info, TopStyle::warning, TopStyle::critical};
  return styles[std::clamp(severity, 0, 3)];
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char letter) { return std::tolower(letter); });
  return text;
}

bool contains(const TopRow& row, const std::string& filter) {
  return std::any_of(row.cells.begin(), row.cells.end(),
                     [&](const std::string& cell) { return lower(cell).find(lower(filter)) != std::string::npos; });
}

/// A row and those that stand below it: where they begin, and how many they are.
using Group = std::vector<const TopRow*>;

std::vector<Group> groups_of(const std::vector<TopRow>& rows, const std::string& filter) {
  std::vector<Group> groups;
  for (const TopRow& row : rows) {
    if (row.sort_by.empty() && !groups.empty())
      groups.back().push_back(&row);
    else
      groups.push_back({&row});
  }
  std::erase_if(groups, [&](Group& group) {
    if (filter.empty() || contains(*group.front(), filter)) return false;
    std::erase_if(group, [&](const TopRow* row) { return row != group.front() && !contains(*row, filter); });
    return group.size() == 1;
  });
  return groups;
}

}  // namespace

std::vector<std::string> Top::questions() const {
  std::vector<std::string> all{"/api/v1/status"};
  for (std::string& question : questions_of(place())) all.push_back(std::move(question));
  return all;
}

void Top::answered(const TopPlace& place, const tl::expected<std::vector<Json>, Error>& answers) {
  if (place != this->place()) return;
  if (!answers) {
    trouble_ = answers.error().message();
    return;
  }
  trouble_.clear();
  status_ = answers->front();
  answers_.assign(answers->begin() + 1, answers->end());
  page_ = page_of(place, answers_, width_);
}

void Top::go(TopPlace place) {
  path_.push_back({.place = std::move(place)});
  answers_.clear();
  page_ = {};
}

void Top::go_back() {
  if (path_.size() == 1) return;
  path_.pop_back();
  answers_.clear();
  page_ = {};
}

std::vector<const TopRow*> Top::shown_rows() {
  const Visit& visit = here();
  std::vector<Group> groups = groups_of(page_.rows, visit.filter);
  const std::size_t by = visit.sorted_by;
  std::stable_sort(groups.begin(), groups.end(), [&](const Group& left, const Group& right) {
    const TopRow &a = *left.front(), &b = *right.front();
    if (!visit.sorted) return std::pair(a.severity, a.weight) > std::pair(b.severity, b.weight);
    if (a.sort_by[by] != b.sort_by[by])
      return visit.descending ? a.sort_by[by] > b.sort_by[by] : a.sort_by[by] < b.sort_by[by];
    return visit.descending ? a.cells[by] > b.cells[by] : a.cells[by] < b.cells[by];
  });
  std::vector<const TopRow*> rows;
  for (const Group& group : groups) rows.insert(rows.end(), group.begin(), group.end());
  return rows;
}

std::size_t Top::length() {
  if (!overlay_.empty()) return lines_of(overlay_).size();
  return page_.columns.empty() ? lines_of(page_.text).size() : shown_rows().size();
}

void Top::move(std::ptrdiff_t by) {
  const auto length = static_cast<std::ptrdiff_t>(this->length());
  const bool text = !overlay_.empty() || page_.columns.empty();
  const auto last = std::max<std::ptrdiff_t>(0, text ? length - static_cast<std::ptrdiff_t>(body_rows_) : length - 1);
  std::size_t& at = !overlay_.empty() ? overlay_scrolled_ : text ? here().scrolled : here().selected;
  at = static_cast<std::size_t>(std::clamp(static_cast<std::ptrdiff_t>(at) + by, std::ptrdiff_t{0}, last));
}

void Top::explain() {
  std::string class_name = place().class_name;
  const auto rows = shown_rows();
  if (class_name.empty() && here().selected < rows.size() && rows[here().selected]->inside)
    class_name = rows[here().selected]->inside->class_name;
  for (const Page& page : pages()) {
    if (page.class_name != class_name) continue;
    overlay_ = manual_text(page.text, width_);
  }
  overlay_scrolled_ = 0;
  if (class_name.empty()) note("Choose a finding first: 2 shows them all.");
}

TopWish Top::command(char character) {
  Visit& visit = here();
  const std::size_t columns = page_.columns.size();
  const auto view = [&](TopView of) {
    path_ = {Visit{}};
    if (of == TopView::services) {
      answers_.clear();
      page_ = {};
    } else {
      go({.view = of});
    }
    return TopWish::refresh;
  };
  switch (character) {
    case 'q':
      return TopWish::quit;
    case 'j':
      move(1);
      return TopWish::none;
    case 'k':
      move(-1);
      return TopWish::none;
    case '1':
      return view(TopView::services);
    case '2':
      return view(TopView::findings);
    case '3':
      return view(TopView::pools);
    case '4':
      return view(TopView::connections);
    case 'c': {
      const auto rows = shown_rows();
      if (visit.selected >= rows.size() || !rows[visit.selected]->inside) return TopWish::none;
      const TopPlace& of = *rows[visit.selected]->inside;
      if (of.service.empty()) return TopWish::none;
      go({.view = TopView::connections, .service = of.service, .pid = of.pid});
      return TopWish::refresh;
    }
    case 's':
    case 'S':
      if (columns == 0) return TopWish::none;
      visit.sorted_by = visit.sorted ? (visit.sorted_by + (character == 's' ? 1 : columns - 1)) % columns : 0;
      visit.sorted = true;
      return TopWish::none;
    case 'r':
      visit.sorted = visit.sorted || columns > 0;
      visit.descending = !visit.descending;
      return TopWish::none;
    case '/':
      typing_filter_ = columns > 0;
      return TopWish::none;
    case 't':
      if (visit.place.view != TopView::services) return TopWish::none;
      visit.place.tree = !visit.place.tree;
      return TopWish::refresh;
    case ' ':
      paused_ = !paused_;
      return paused_ ? TopWish::none : TopWish::refresh;
    case 'e':
      explain();
      return TopWish::none;
    case 'w':
      return TopWish::write;
    case '?':
    case 'h':
      overlay_ = help;
      overlay_scrolled_ = 0;
      return TopWish::none;
    default:
      return TopWish::none;
  }
}

TopWish Top::key(TopKey key, char character) {
  note_.clear();
  if (typing_filter_) {
    std::string& filter = here().filter;
    here().selected = 0;
    if (key == TopKey::enter) typing_filter_ = false;
    if (key == TopKey::back) filter.clear(), typing_filter_ = false;
    if (key == TopKey::erase && !filter.empty()) filter.pop_back();
    if (key == TopKey::character) filter += character;
    return TopWish::none;
  }
  const auto page = static_cast<std::ptrdiff_t>(std::max<std::size_t>(body_rows_, 2) - 1);
  constexpr std::ptrdiff_t far = 1'000'000;
  switch (key) {
    case TopKey::up:
      move(-1);
      return TopWish::none;
    case TopKey::down:
      move(1);
      return TopWish::none;
    case TopKey::page_up:
      move(-page);
      return TopWish::none;
    case TopKey::page_down:
      move(page);
      return TopWish::none;
    case TopKey::home:
      move(-far);
      return TopWish::none;
    case TopKey::end:
      move(far);
      return TopWish::none;
    case TopKey::back:
    case TopKey::erase:
      if (!overlay_.empty()) {
        overlay_.clear();
        return TopWish::none;
      }
      go_back();
      return TopWish::refresh;
    case TopKey::enter: {
      const auto rows = shown_rows();
      if (!overlay_.empty() || here().selected >= rows.size() || !rows[here().selected]->inside) return TopWish::none;
      go(TopPlace(*rows[here().selected]->inside));
      return TopWish::refresh;
    }
    case TopKey::character:
      if (!overlay_.empty() && character == 'q') {
        overlay_.clear();
        return TopWish::none;
      }
      return command(character);
  }
  return TopWish::none;
}

std::string Top::header(std::size_t columns) const {
  if (!trouble_.empty()) return cut("No answer: " + printable(trouble_), columns);
  if (!status_.is_object()) return cut("Asking " + agent_ + " ...", columns);
  const Json& scan = member(status_, "scan");
  const std::string host = agent_.substr(agent_.find("//") == std::string::npos ? 0 : agent_.find("//") + 2);
  std::string text = "sockwarden at " + printable(host.substr(host.rfind('@') + 1)) + ": " +
                     number_cell(scan, "connections") + " connections, " + number_cell(scan, "processes") +
                     " processes";
  const Json& age = member(scan, "last_good_age_seconds");
  if (age.is_number() && age.get<double>() > 10)
    text += ", LAST SCAN " + duration_cell(scan, "last_good_age_seconds") + " AGO";
  if (paused_) text += ", HELD";
  return cut(text, columns);
}

std::string Top::trail() const {
  std::string text;
  for (const Visit& visit : path_) {
    const TopPlace& place = visit.place;
    if (!text.empty()) text += " > ";
    switch (place.view) {
      case TopView::services:
        text += "Services";
        break;
      case TopView::pools:
        text += place.service.empty() ? "Pools" : printable(place.service);
        break;
      case TopView::connections:
        text += !place.remote.empty() ? printable(place.remote)
                : !place.role.empty() ? "as " + place.role
                                      : "Connections";
        break;
      case TopView::connection:
        text += "Connection";
        break;
      case TopView::findings:
        text += "Findings";
        break;
      case TopView::finding:
        text += place.class_name;
        break;
    }
  }
  return text;
}

void Top::draw_table(std::vector<TopLine>& lines, TopSize size) {
  Visit& visit = here();
  const auto rows = shown_rows();
  visit.selected = std::min(visit.selected, rows.empty() ? 0 : rows.size() - 1);
  visit.scrolled = std::min(visit.scrolled, visit.selected);
  if (visit.selected >= visit.scrolled + body_rows_) visit.scrolled = visit.selected - body_rows_ + 1;

  std::vector<Column> columns = page_.columns;
  if (visit.sorted) columns[visit.sorted_by].title += visit.descending ? "v" : "^";
  Table table(std::move(columns));
  for (const TopRow* row : rows) table.add(row->cells);
  const std::vector<std::string> text = lines_of(table.text(size.columns));
  lines.push_back({text.front(), TopStyle::title});
  for (std::size_t i = visit.scrolled; i < std::min(rows.size(), visit.scrolled + body_rows_); ++i)
    lines.push_back({text[i + 1], i == visit.selected ? TopStyle::selected : style_of(rows[i]->severity)});
  if (rows.empty() && !answers_.empty()) lines.push_back({visit.filter.empty() ? "None." : "None with that text."});
}

void Top::draw_text(std::vector<TopLine>& lines, TopSize size) {
  const std::vector<std::string> text = lines_of(overlay_.empty() ? page_.text : overlay_);
  std::size_t& scrolled = overlay_.empty() ? here().scrolled : overlay_scrolled_;
  scrolled = std::min(scrolled, text.size() - std::min(text.size(), body_rows_));
  for (std::size_t i = scrolled; i < std::min(text.size(), scrolled + body_rows_ + 1); ++i)
    lines.push_back({cut(text[i], size.columns)});
}

std::vector<TopLine> Top::draw(TopSize size) {
  // Two lines above, one of titles, one below.
  body_rows_ = std::max<std::size_t>(size.rows, 5) - 4;
  if (width_ != size.columns && !answers_.empty()) page_ = page_of(place(), answers_, size.columns);
  width_ = size.columns;
  std::vector<TopLine> lines{{header(size.columns), TopStyle::hint}};
  std::string where = trail();
  if (!here().filter.empty() || typing_filter_)
    where += "   /" + printable(here().filter) + (typing_filter_ ? "_" : "");
  lines.push_back({cut(where, size.columns), TopStyle::plain});
  if (overlay_.empty() && !page_.columns.empty())
    draw_table(lines, size);
  else
    draw_text(lines, size);
  while (lines.size() + 1 < size.rows) lines.emplace_back();
  const std::string keys = typing_filter_
                               ? "type a text, Enter keeps it, Esc leaves it out"
                               : "Enter in  Esc back  s sort  / filter  t tree  e explain  w write  ? keys  q quit";
  lines.push_back({cut(note_.empty() ? keys : note_, size.columns), TopStyle::hint});
  lines.resize(size.rows);
  return lines;
}

std::string Top::report(std::size_t columns) {
  std::string text = header(columns) + "\n" + trail() + "\n\n";
  if (page_.columns.empty()) return text + page_.text;
  Table table(page_.columns);
  for (const TopRow* row : shown_rows()) table.add(row->cells);
  return text + table.text(0);
}

}  // namespace sockwarden
