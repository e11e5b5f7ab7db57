import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from 'react-router-dom';
import { BackLink } from 'nhsuk-react-components';
import { api, dataOf } from '../api/client';
import { sentence } from '../logic/words';
import { Answered, Page } from '../parts/Page';
import { modelName } from '../parts/Show';
import { useWords } from '../parts/Vocabulary';
import { Matrix, LeftOut } from './model/Matrix';
import { Variants } from './model/Variants';
import { Plan } from './model/Plan';

export function Model() {
  const { id = '' } = useParams();
  const words = useWords();
  const answer = useQuery({
    queryKey: ['model', id],
    queryFn: async () => dataOf(await api.GET('/models/{id}', { params: { path: { id } } })),
  });
  const m = answer.data;
  return (
    <Page title={m ? modelName(m) : 'Model'} data={m?.data} before={<BackLink asElement={Link} to="/models">All models</BackLink>}>
      <Answered answer={answer}>{(model) => (
        <>
          <p className="lead"><strong>{model.headline}</strong>{model.class && <span className="quiet">{` ${sentence(words.className(model.class))}.`}</span>}</p>
          <LeftOut model={model} />
          {model.separating.length > 0 && <Matrix model={model} />}
          <Variants model={model} />
          <Plan id={model.id} />
        </>
      )}</Answered>
    </Page>
  );
}
