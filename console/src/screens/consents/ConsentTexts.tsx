import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useInfiniteQuery } from "@tanstack/react-query";
import { IconFileText, IconPlus } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { pagesQuery } from "@/api/queries";
import { isLanguage, LANGUAGES } from "@/i18n/languages";
import { Card } from "@/kit/Card";
import layout from "@/kit/layout.module.css";
import { Loaded } from "@/kit/Loaded";
import { Notice } from "@/kit/Notice";
import { Page } from "@/kit/Page";
import { useMay } from "@/session/session";
import css from "./ConsentTexts.module.css";
import { NewConsentText } from "./NewConsentText";
import { TextLine } from "./TextLine";
import { byLanguage } from "./texts";

/** What people agree to before their face is enrolled, in every version that was ever shown. */
export function ConsentTexts() {
  const { t } = useTranslation();
  const may = useMay();
  const [opened, { open, close }] = useDisclosure();
  const list = useInfiniteQuery(pagesQuery("/consent-texts"));
  const texts = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Page
      title={t("consent_texts.title")}
      lead={t("consent_texts.lead")}
      actions={
        may("settings.manage") && (
          <Button leftSection={<IconPlus size={18} stroke={1.6} aria-hidden />} onClick={open}>
            {t("consent_texts.add")}
          </Button>
        )
      }
    >
      <Loaded query={{ ...list, data: list.data }} lines={6}>
        {() =>
          texts.length === 0 ? (
            <Card>
              <Notice icon={IconFileText} title={t("consent_texts.none")} text={t("consent_texts.none_text")} />
            </Card>
          ) : (
            <div className={layout.stack}>
              {byLanguage(texts).map(([language, texts]) => (
                <Card key={language} title={isLanguage(language) ? LANGUAGES[language].name : language}>
                  {texts.map((text, place) => (
                    <TextLine key={text.id} text={text} shown={place === 0 && isLanguage(language)} />
                  ))}
                </Card>
              ))}
            </div>
          )
        }
      </Loaded>
      {list.hasNextPage && (
        <div className={css.more}>
          <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            {t("common.more")}
          </Button>
        </div>
      )}
      <NewConsentText opened={opened} onClose={close} />
    </Page>
  );
}
