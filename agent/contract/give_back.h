#pragma once

namespace sockwarden {

/// A table of buckets does not shrink by itself: after a peak it keeps one for each entry that it ever had at once.
template <class Table>
void give_back_buckets(Table& table) {
  if (table.bucket_count() > 64 && table.bucket_count() > table.size() * 8) table.rehash(0);
}

}  // namespace sockwarden
